"""How sure a mean over pictures is: bootstrap confidence intervals."""

from __future__ import annotations

import math
import warnings
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float64, Int

LEVEL = 0.95
DRAWS = 1000
FEW = 16  # below it a 95 % interval holds the mean in 9 of 10 cases or less, as measured in tests
MEMORY = 4_000_000  # values that one batch of resamples may hold


@dataclass(frozen=True)
class Band:
    """Means over pictures with their confidence intervals, one for each column.

    Attributes:
        mean: NaN where no picture has a score. low, high: NaN with fewer than two pictures.
        pictures: how many each mean is of; those without a score are left out, column by column.
    """

    mean: Float64[np.ndarray, "*columns"]
    low: Float64[np.ndarray, "*columns"]
    high: Float64[np.ndarray, "*columns"]
    pictures: Int[np.ndarray, "*columns"]


def band(
    scores: Float64[np.ndarray, "p *columns"],
    level: float = LEVEL,
    draws: int = DRAWS,
    seed: int = 0,
) -> Band:
    """Mean over pictures and its BCa bootstrap interval (Efron 1987), by SciPy.

    Pictures are drawn with replacement, the same draw for all columns that the same pictures have
    a score in. Where all scores of a column are equal, the interval has no width.

    Args:
        scores: `[P, …]`, NaN where undefined. level: of confidence, in (0, 1).
    """
    shape = np.shape(scores)[1:]
    flat = np.asarray(scores, dtype=np.float64).reshape(len(scores), math.prod(shape))
    valid = np.isfinite(flat)
    mean, low, high = (np.full(flat.shape[1], np.nan) for _ in range(3))
    # Columns that the same pictures have a score in are resampled together.
    patterns, group = np.unique(valid, axis=1, return_inverse=True)
    for index, rows in enumerate(patterns.T):
        columns = group == index
        known = flat[np.ix_(rows, columns)]
        if len(known):
            mean[columns] = known.mean(0)
        if len(known) > 1:
            low[columns], high[columns] = _interval(known, level, draws, seed)
    counts = valid.sum(0)
    return Band(*(one.reshape(shape) for one in (mean, low, high, counts)))


def _interval(
    known: Float64[np.ndarray, "p c"], level: float, draws: int, seed: int
) -> tuple[Float64[np.ndarray, "c"], Float64[np.ndarray, "c"]]:
    from scipy.stats import bootstrap

    low, high = known.min(0), known.max(0)
    spread = low < high  # without any, nothing is to be drawn: SciPy would say NaN
    if spread.any():
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # two pictures can be degenerate, too
            found = bootstrap(
                (known[:, spread],),
                np.mean,
                axis=0,
                confidence_level=level,
                n_resamples=draws,
                batch=max(1, MEMORY // known.size),
                rng=np.random.default_rng(seed),
            ).confidence_interval
        low[spread], high[spread] = found.low, found.high
    return low, high
