"""What a network of MONAI is made with, as far as its tensors tell."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from xai_core.models.architectures.base import Shapes


@dataclass(frozen=True)
class Design:
    """A class of `monai.networks.nets`, and what it is called with.

    Attributes:
        assumed: settings that leave no tensor, at the library's usual value.
        doubtful: those for which there is no usual value, or not the usual one.
    """

    kind: str
    options: Mapping[str, Any]
    classes: int
    channels: int
    assumed: tuple[str, ...] = ()
    doubtful: tuple[str, ...] = field(default=())


def counted(shapes: Shapes, name: str, start: int = 0) -> tuple[tuple[int, ...], ...]:
    """Shapes of the tensors that are called so, with `start`, … in the place of `{}`."""
    there = (shapes.get(name.format(number)) for number in itertools.count(start))
    return tuple(shape for shape in itertools.takewhile(bool, there) if shape)


def norm_of(shapes: Shapes, layer: str, usual: Any) -> tuple[Any, tuple[str, ...]]:
    """Normalisation whose weight would be `layer + ".weight"`, and what is doubtful about it."""
    if f"{layer}.running_mean" in shapes:
        return "batch", ()
    if f"{layer}.weight" in shapes:
        affine = ("instance", {"affine": True})
        return affine, () if usual == affine else ("instance normalisation with weights",)
    return "instance", () if usual == "instance" else ("instance normalisation without weights",)
