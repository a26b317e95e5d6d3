"""One architecture of torchvision or timm, as the index describes it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np

from xai_core.pictures.preprocessing import Fit, InputSpec

CLASSES = -1
"""Stands in a shape for the number of classes."""
CHANNELS = -2
"""Stands in a shape for the number of channels of the input."""

Shape = tuple[int, ...]
Pattern = tuple[int, ...]
"""A shape in which `CLASSES` and `CHANNELS` may stand."""


@dataclass(frozen=True)
class Picture:
    """How its published weights want a colour picture; the fields are those of `InputSpec`."""

    height: int
    width: int
    fit: Fit
    resize: int
    mean: tuple[float, ...]
    std: tuple[float, ...]

    def spec(self, channels: int = 3) -> InputSpec:
        """Grey pictures get the mean of the colours' means and deviations; others [0, 1]."""
        mean, std = self.mean, self.std
        if channels == 1:
            mean, std = (float(np.mean(mean)),), (float(np.mean(std)),)
        elif channels != len(mean):
            mean, std = (0.0,) * channels, (1.0,) * channels
        return InputSpec(channels, self.height, self.width, self.fit, self.resize, mean, std)


@dataclass(frozen=True)
class Entry:
    """How to build an architecture, and what goes with it.

    Attributes:
        name: `torchvision/resnet18`, with its options where they are not the usual ones:
            `torchvision/googlenet[aux_logits=False]`.
        options: what its builder is called with beside the number of classes.
        picture: how its published weights want pictures.
        imagenet: weights with 1000 classes are published for ImageNet's.
        parts: digest of its layers with their settings. Two entries that agree in it and in
            the tensors compute the same, as far as layers tell.
    """

    name: str
    picture: Picture
    options: Mapping[str, Any] = field(default_factory=dict)
    imagenet: bool = True
    parts: str = ""

    @property
    def library(self) -> str:
        """`torchvision` or `timm`."""
        return self.name.partition("/")[0]

    @property
    def model(self) -> str:
        """The name inside its library."""
        return self.name.partition("/")[2].partition("[")[0]

    def to_dict(self) -> dict[str, Any]:
        """As JSON; `from_dict` is the way back."""
        return asdict(self)

    @staticmethod
    def from_dict(data: Mapping[str, Any]) -> Entry:
        """The entry that `to_dict` wrote."""
        picture = dict(data["picture"])
        for key in ("mean", "std"):
            picture[key] = tuple(picture[key])
        return Entry(**{**data, "picture": Picture(**picture)})


def filled(pattern: Pattern, classes: int, channels: int) -> Shape:
    """The shape that a pattern stands for."""
    values = {CLASSES: classes, CHANNELS: channels}
    return tuple(values.get(size, size) for size in pattern)


def fits(pattern: Pattern, shape: Shape) -> bool:
    """Whether a tensor of this shape has the place that the pattern describes."""
    return len(pattern) == len(shape) and all(
        wanted in (CLASSES, CHANNELS, size) for wanted, size in zip(pattern, shape, strict=True)
    )
