"""Means and variances of what comes block by block, exact, in the memory of one row."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float, Float64, Int

from xai_core.scores.bootstrap import LEVEL, Band, half_width


class Moments:
    """Of every column over all rows that have a value there (Chan, Golub and LeVeque 1983).

    Args:
        shape: of one row.
    """

    def __init__(self, shape: tuple[int, ...]) -> None:
        self.count: Int[np.ndarray, "*columns"] = np.zeros(shape, np.int64)
        self.mean: Float64[np.ndarray, "*columns"] = np.zeros(shape)
        self._squares = np.zeros(shape)

    def add(self, rows: Float[np.ndarray, "n *columns"]) -> None:
        """More rows; NaN where there is no value."""
        self.add_at((), rows)

    def add_at(self, place: tuple[int, ...], rows: Float[np.ndarray, "n *columns"]) -> None:
        """More rows of one part of the columns."""
        values = np.asarray(rows, np.float64)
        valid = np.isfinite(values)
        count = valid.sum(0)
        mean = np.where(valid, values, 0.0).sum(0) / np.maximum(count, 1)
        squares = (np.where(valid, values - mean, 0.0) ** 2).sum(0)
        before, total = self.count[place], np.maximum(self.count[place] + count, 1)
        apart = mean - self.mean[place]
        self._squares[place] += squares + apart**2 * before * count / total
        self.mean[place] += apart * count / total
        self.count[place] += count

    def band(self, level: float = LEVEL) -> Band:
        """Means with intervals by normal theory; NaN as `bootstrap.band` has it."""
        several = self.count > 1
        mean = np.where(self.count > 0, self.mean, np.nan)
        variance = np.where(several, self._squares / np.maximum(self.count, 1), np.nan)
        reach = half_width(variance, np.maximum(self.count, 2), level)
        return Band(mean, mean - reach, mean + reach, self.count.copy(), "normal")
