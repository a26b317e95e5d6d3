"""Shapes of tensors by the ends of their names, and what is read out of them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

Shapes = Mapping[str, tuple[int, ...]]
HEADS_UNKNOWN = "how many attention heads it has"


@dataclass(frozen=True)
class Read:
    """What shapes say.

    Attributes:
        config: as in `config.json`. assumed: what they do not say and was taken as usual.
        lacking: what they do not say and nobody can guess; "" where nothing is lacking.
    """

    config: dict[str, Any]
    assumed: str = "the activation"
    lacking: str = ""


class Tensors:
    """Shapes by the end of a name: `at("cls_token")`; regular expressions, none where no match."""

    def __init__(self, shapes: Shapes) -> None:
        self.shapes = shapes

    def at(self, pattern: str) -> tuple[int, ...] | None:
        """The first shape whose name ends so."""
        ends = re.compile(rf"(?:^|\.)(?:{pattern})$")
        return next((shape for name, shape in self.shapes.items() if ends.search(name)), None)

    def get(self, pattern: str) -> tuple[int, ...]:
        """As `at`. Raises `ValueError` where there is none."""
        found = self.at(pattern)
        if found is None:
            raise ValueError(f"there is no tensor {pattern}")
        return found

    def projection(self) -> tuple[int, int, int]:
        """Width, channels and patch size of the layer that turns patches into tokens."""
        width, channels, patch, _ = self.get(r"patch_embeddings\.projection\.weight")
        return width, channels, patch

    def numbers(self, pattern: str) -> int:
        """One more than the largest number that the group of `pattern` finds; 0 for none."""
        found = re.compile(pattern)
        hits = [int(hit[1]) for name in self.shapes if (hit := found.search(name))]
        return max(hits, default=-1) + 1
