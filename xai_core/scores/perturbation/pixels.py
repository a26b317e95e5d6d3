"""Pixels of a picture in the order of a map, and how many of them change at each step."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from jaxtyping import Bool, Int64

from xai_core.scores.case import Case

Order = Int64[np.ndarray, "pixels"]


def brightest_first(case: Case) -> Order:
    """The picture's pixels by the map's value, as places in the flat picture.

    Pixels of the same value, such as those that the removal set to 0, go in a random order of the
    seed, and not in that of their places.
    """
    values = case.on_picture().ravel()
    draws = np.random.default_rng(case.seed).random(values.size)
    return np.lexsort((draws, values))[::-1]


def steps_of(order: Order, shape: tuple[int, int], steps: int) -> Iterator[Bool[np.ndarray, "h w"]]:
    """Which pixels have had their turn after each step; after the last one all have."""
    size = -(-order.size // steps)
    taken = np.zeros(order.size, dtype=bool)
    for start in range(0, order.size, size):
        taken[order[start : start + size]] = True
        yield taken.reshape(shape)
