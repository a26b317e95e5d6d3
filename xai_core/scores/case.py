"""One map with the model that it explains, as a metric sees them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from jaxtyping import Bool, Float, Float32, Float64

from xai_core.attribution.result import Attribution
from xai_core.base.arrays import Inputs, Scores
from xai_core.maps.canonical import resized

if TYPE_CHECKING:
    from torch import nn

Box = tuple[int, int, int, int]
Map = Float[np.ndarray, "rows columns"]  # its grid need not be that of the inputs
Picture = Float32[np.ndarray, "c h w"]
Asking = Callable[[Iterable[Picture]], Scores]


class Undefined(Exception):  # noqa: N818 - no error: a fact about a map, with its reason
    """A metric has no value here. Its text says why, in a sentence."""


@dataclass(frozen=True)
class Case:
    """What a metric may look at and ask.

    Attributes:
        inputs: float32 `[1, C, H, W]`. target: the class that is explained; None for the only
            score, or where it is no class.
        values: the canonical map, `[rows, columns]` in [0, 1].
        box: `(top, left, bottom, right)` of the picture that the map shows, inside the input.
        seed: of all random draws. settings: the metric's parameters.
        counted: gives how many scores the model has.
        predict: pictures -> of each the class's probability, or the score of any other target as
            it is; many go through the model at once.
        score: the same, of the score that the map explains, which need be no probability.
        explain: inputs and another class, or None for the same target as before -> the canonical
            map by the same method, parameters and recipe.
        attribution: what the method gave; None where there is but the map.
        module: what is run.
    """

    inputs: Inputs
    target: int | None
    values: Map
    box: Box
    seed: int
    settings: Any
    counted: Callable[[], int]
    predict: Asking
    score: Asking
    explain: Callable[[Inputs, int | None], Map]
    attribution: Attribution | None
    module: nn.Module

    @property
    def classes(self) -> int:
        """How many scores the model gives."""
        return self.counted()

    def picture(self) -> Inputs:
        """The part of the input that the map shows; a view."""
        top, left, bottom, right = self.box
        return self.inputs[:, :, top:bottom, left:right]

    def on_picture(self) -> Float64[np.ndarray, "rows columns"]:
        """The map at the size of the picture inside the input."""
        height, width = self.picture().shape[2:]
        values = np.asarray(self.values, dtype=np.float64)
        return values if values.shape == (height, width) else resized(values, (height, width))

    def mean_colour(self) -> Float32[np.ndarray, "c 1 1"]:
        """Of the picture inside the input."""
        return self.picture()[0].mean((1, 2), keepdims=True)

    def replaced(self, where: Bool[np.ndarray, "rows columns"], by: np.ndarray | float) -> Picture:
        """The input with other pixels in the picture, all channels at once.

        Args:
            where: at the size of the picture. by: what spreads to `[C, rows, columns]`.
        """
        top, left, bottom, right = self.box
        found: Picture = self.inputs[0].copy()
        part = found[:, top:bottom, left:right]
        part[...] = np.where(where, by, part)
        return found
