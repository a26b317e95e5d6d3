"""One map with the model that it explains, as a metric sees them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Float64

from xai_core.base.arrays import Inputs
from xai_core.maps.canonical import resized

Box = tuple[int, int, int, int]
Map = Float[np.ndarray, "rows columns"]  # its grid need not be that of the inputs


@dataclass(frozen=True)
class Case:
    """What a metric may look at and ask.

    Attributes:
        inputs: float32 `[1, C, H, W]`. target: the class that is explained; None for the only
            score, or where it is no class.
        classes: how many scores the model gives.
        values: the canonical map, `[rows, columns]` in [0, 1].
        box: `(top, left, bottom, right)` of the picture that the map shows, inside the input.
        seed: of all random draws.
        predict: inputs -> the class's probability, or the score of any other target as it is.
        explain: inputs and another class, or None for the same target as before -> the canonical
            map by the same method, parameters and recipe.
    """

    inputs: Inputs
    target: int | None
    classes: int
    values: Map
    box: Box
    seed: int
    predict: Callable[[Inputs], float]
    explain: Callable[[Inputs, int | None], Map]

    def picture(self) -> Inputs:
        """The part of the input that the map shows; a view."""
        top, left, bottom, right = self.box
        return self.inputs[:, :, top:bottom, left:right]

    def on_picture(self) -> Float64[np.ndarray, "rows columns"]:
        """The map at the size of the picture inside the input."""
        height, width = self.picture().shape[2:]
        values = np.asarray(self.values, dtype=np.float64)
        return values if values.shape == (height, width) else resized(values, (height, width))
