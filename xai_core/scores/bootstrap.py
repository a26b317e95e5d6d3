"""How sure a mean over pictures is: confidence intervals, by bootstrap or by normal theory."""

from __future__ import annotations

import math
import warnings
from dataclasses import dataclass
from typing import Literal

import numpy as np
from jaxtyping import Float64, Int

LEVEL = 0.95
DRAWS = 1000
FEW = 16  # below it a 95 % interval holds the mean in 9 of 10 cases or less, as measured in tests
MEMORY = 4_000_000  # values that one batch of resamples may hold
MOST = 250_000  # scores that are drawn from, 1000 times; above it the two ways agree

Kind = Literal["bca", "normal"]
WORDS: dict[Kind, str] = {
    "bca": "BCa bootstrap intervals",
    "normal": "intervals by normal theory, for there are very many scores",
}


@dataclass(frozen=True)
class Band:
    """Means over pictures with their confidence intervals, one for each column.

    Attributes:
        mean: NaN where no picture has a score. low, high: NaN with fewer than two pictures.
        pictures: how many each mean is of; those without a score are left out, column by column.
        kind: of the intervals, the same for all.
    """

    mean: Float64[np.ndarray, "*columns"]
    low: Float64[np.ndarray, "*columns"]
    high: Float64[np.ndarray, "*columns"]
    pictures: Int[np.ndarray, "*columns"]
    kind: Kind = "bca"

    @property
    def told(self) -> str:
        """What the intervals are, for a person."""
        return WORDS[self.kind]


def kind_for(size: int) -> Kind:
    """How intervals of so many scores are made."""
    return "bca" if size <= MOST else "normal"


def band(
    scores: Float64[np.ndarray, "p *columns"],
    level: float = LEVEL,
    draws: int = DRAWS,
    seed: int = 0,
    kind: Kind | None = None,
) -> Band:
    """Mean over pictures and its BCa bootstrap interval (Efron 1987), drawn by SciPy.

    Of more than 250,000 scores it is `mean ± z s / √P`. Pictures are drawn with replacement, the
    same draw for all columns that the same pictures have a score in. Where all scores of a column
    are equal, the interval has no width.

    Args:
        scores: `[P, …]`, NaN where undefined. level: of confidence, in (0, 1).
        kind: None chooses by how many scores there are.
    """
    shape = np.shape(scores)[1:]
    flat = np.asarray(scores, dtype=np.float64).reshape(len(scores), math.prod(shape))
    valid = np.isfinite(flat)
    mean, low, high = (np.full(flat.shape[1], np.nan) for _ in range(3))
    kind = kind or kind_for(flat.size)
    # Columns that the same pictures have a score in are resampled together.
    groups: dict[bytes, list[int]] = {}
    for column in range(flat.shape[1]):
        groups.setdefault(np.packbits(valid[:, column]).tobytes(), []).append(column)
    for columns in groups.values():
        rows = valid[:, columns[0]]
        known = flat[rows][:, columns]
        if len(known):
            mean[columns] = known.mean(0)
        if len(known) > 1 and kind == "bca":
            low[columns], high[columns] = _interval(known, level, draws, seed)
        elif len(known) > 1:
            reach = half_width(known.var(0), len(known), level)
            low[columns], high[columns] = mean[columns] - reach, mean[columns] + reach
    counts = valid.sum(0)
    return Band(
        mean.reshape(shape), low.reshape(shape), high.reshape(shape), counts.reshape(shape), kind
    )


def half_width(
    variance: Float64[np.ndarray, "*columns"],
    pictures: int | Int[np.ndarray, "*columns"],
    level: float = LEVEL,
) -> Float64[np.ndarray, "*columns"]:
    """Of the interval by normal theory. `variance`: over all `pictures`, two or more."""
    from scipy.special import ndtri

    return float(ndtri((1 + level) / 2)) * np.sqrt(variance / (np.asarray(pictures) - 1))


def _interval(
    known: Float64[np.ndarray, "p c"], level: float, draws: int, seed: int
) -> tuple[Float64[np.ndarray, "c"], Float64[np.ndarray, "c"]]:
    from scipy.stats import bootstrap

    low, high = known.min(0), known.max(0)
    spread = low < high  # without any, nothing is to be drawn: SciPy would say NaN
    if spread.any():
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # two pictures can be degenerate, too
            drawn = bootstrap(
                (known[:, spread],),
                np.mean,
                axis=0,
                n_resamples=draws,
                batch=max(1, MEMORY // known.size),
                method="percentile",
                rng=np.random.default_rng(seed),
            ).bootstrap_distribution
            low[spread], high[spread] = _corrected(known[:, spread], drawn, level)
    return low, high


def _corrected(
    known: Float64[np.ndarray, "p c"], drawn: Float64[np.ndarray, "c d"], level: float
) -> tuple[Float64[np.ndarray, "c"], Float64[np.ndarray, "c"]]:
    """BCa's quantiles of drawn means.

    SciPy's own leaves out each picture in turn, which for a mean comes to its third moment: so the
    time grows with the pictures and not with their square.
    """
    from scipy.special import ndtr, ndtri

    mean = known.mean(0)
    deviations = known - mean
    skew = (deviations**3).sum(0) / (6 * (deviations**2).sum(0) ** 1.5)
    below = (drawn < mean[:, None]).mean(1) + (drawn <= mean[:, None]).mean(1)
    bias = ndtri(below / 2)

    def at(share: float) -> Float64[np.ndarray, "c"]:
        moved = bias + ndtri(share)
        places = ndtr(bias + moved / (1 - skew * moved))
        pairs = zip(drawn, places, strict=True)
        return np.array([np.quantile(one, p) if p == p else np.nan for one, p in pairs])

    return at((1 - level) / 2), at((1 + level) / 2)
