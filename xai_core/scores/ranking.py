"""Scores -> ranking; Complexity over all quantiles; who overtakes whom."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from jaxtyping import Float64

from xai_core.base.arrays import Maps
from xai_core.base.errors import InputError
from xai_core.scores.entropy_above import entropies_above
from xai_core.scores.metrics.base import METRICS

QUANTILES = np.linspace(0.0, 0.99, 100)  # at which a sweep is kept and shown


@dataclass(frozen=True)
class Entry:
    """One map in a ranking.

    Attributes:
        place: 1 is best; ties share a place; None where there is no score.
        score: NaN where it is undefined.
        effective_share: exp(H) / N in (0, 1], where the number of pixels is known and the
            metric is Complexity.
        cause: why there is no score.
    """

    name: str
    score: float
    place: int | None
    effective_share: float | None = None
    cause: str | None = None


@dataclass(frozen=True)
class Ranking:
    """Maps ordered by a metric, best first; those without a score last, never ranked."""

    metric: str
    entries: tuple[Entry, ...]

    def place(self, name: str) -> int | None:
        """The place of one map."""
        return next((entry.place for entry in self.entries if entry.name == name), None)

    def _repr_html_(self) -> str:
        from xai_core.notebook import of_ranking

        return of_ranking(self)


@dataclass(frozen=True)
class Overtaking:
    """Two maps that change places between two rankings."""

    winner: str
    loser: str


def rank(
    scores: Mapping[str, float],
    metric: str = "complexity",
    causes: Mapping[str, str] | None = None,
    pixels: int | None = None,
) -> Ranking:
    """Order maps by a metric whose direction the metric itself declares.

    Args:
        scores: value by name; NaN or infinite where undefined. causes: why, by name.
        pixels: N of each map, for `effective_share`.
    """
    sign = 1.0 if METRICS[metric].direction == "lower" else -1.0
    valid = {name: score for name, score in scores.items() if np.isfinite(score)}
    ordered = sorted(valid, key=lambda name: sign * valid[name])
    entries = [
        Entry(
            name,
            float(valid[name]),
            1 + sum(sign * other < sign * valid[name] for other in valid.values()),
            float(np.exp(valid[name]) / pixels) if pixels and metric == "complexity" else None,
        )
        for name in ordered
    ]
    missing = [
        Entry(name, float("nan"), None, None, (causes or {}).get(name, "The score is undefined."))
        for name in scores
        if name not in valid
    ]
    return Ranking(metric, (*entries, *missing))


def overtakings(before: Ranking, after: Ranking) -> tuple[Overtaking, ...]:
    """Who stood behind before and stands in front after, pair by pair."""
    names = [entry.name for entry in after.entries if entry.place is not None]
    found = []
    for front, back in combinations(names, 2):
        old_front, old_back = before.place(front), before.place(back)
        if old_front is None or old_back is None:
            continue
        if old_front > old_back and (after.place(front) or 0) < (after.place(back) or 0):
            found.append(Overtaking(front, back))
    return tuple(found)


def agreement(first: Ranking, second: Ranking) -> float:
    """Kendall's τ-b of the maps that both rank: 1 the same order, −1 the opposite; else NaN."""
    from scipy.stats import kendalltau

    pairs = [(entry.place, second.place(entry.name)) for entry in first.entries]
    both = [(one, other) for one, other in pairs if one is not None and other is not None]
    if len(both) < 2:
        return float("nan")
    return float(kendalltau(*zip(*both, strict=True)).statistic)


def sweep(maps: Maps, quantiles: Float64[np.ndarray, "q"]) -> Float64[np.ndarray, "b q"]:
    """Complexity of every map after removal at every quantile, in nats.

    Each map is sorted once, for all quantiles (see `entropy_above`). The rescaling to [0, 1] is
    left out: the entropy does not depend on it.

    Args:
        maps: `[B, h, w]`, before removal. quantiles: `[Q]`, each in [0, 1].

    Returns:
        float64 `[B, Q]`, at most `ceiling(q, N)`; NaN where nothing lies above the baseline or
        the map holds a value that is not finite.

    Raises:
        InputError: a quantile is outside [0, 1].
    """
    levels = np.asarray(quantiles, dtype=np.float64)
    if levels.ndim != 1 or not ((levels >= 0) & (levels <= 1)).all():
        raise InputError("Quantiles must be a list of numbers between 0 and 1.")
    result = np.full((len(maps), len(levels)), np.nan)
    for row, one in enumerate(np.asarray(maps, dtype=np.float64)):
        if np.isfinite(one).all():
            values = np.sort(one, axis=None)
            result[row] = entropies_above(values, quantiles_of(values, levels))
    return result


def quantiles_of(
    ordered: Float64[np.ndarray, "n"], levels: Float64[np.ndarray, "q"]
) -> Float64[np.ndarray, "q"]:
    """As `numpy.quantile` interpolates, bit for bit, of values that are sorted already."""
    places = levels * (len(ordered) - 1)
    low = np.floor(places).astype(int)
    share = places - low
    below, above = ordered[low], ordered[np.minimum(low + 1, len(ordered) - 1)]
    step = above - below
    return np.where(share >= 0.5, above - step * (1 - share), below + step * share)


def ceiling(quantile: float, pixels: int) -> float:
    """ln of how many values can be left after removal: no map, not even noise, scores higher."""
    return float(np.log(max(1.0, (1.0 - quantile) * pixels)))
