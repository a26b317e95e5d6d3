"""A picture in square blocks."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float64, Int64

Labels = Int64[np.ndarray, "rows columns"]


def blocks(shape: tuple[int, int], side: int) -> Labels:
    """The number of its block for every pixel, row by row; those at the far edges are cut."""
    rows, columns = (np.arange(length) // side for length in shape)
    return rows[:, None] * (columns[-1] + 1) + columns[None]


def sums(values: Float64[np.ndarray, "rows columns"], labels: Labels) -> Float64[np.ndarray, "n"]:
    """The sum of a map over each block."""
    return np.bincount(labels.ravel(), weights=values.ravel())


def side_for(shape: tuple[int, int], most: int, least: int = 1) -> int:
    """The smallest side, at least `least`, with which a picture has at most `most` blocks."""
    side = least
    while -(-shape[0] // side) * -(-shape[1] // side) > most:
        side += 1
    return side
