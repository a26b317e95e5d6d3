"""Neighbours in the mean order, compared picture by picture."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
from jaxtyping import Float64, Int

from xai_core.scores.agreement import Table
from xai_core.scores.bootstrap import Kind, band, kind_for


@dataclass(frozen=True)
class Comparison:
    """Two methods that follow each other in the order of their means.

    Attributes:
        front, back: columns of the table; `front` has the better mean over the pictures on which
            both have a score.
        difference: mean of back − front (front − back where higher is better), at least 0. low,
            high: of its interval, of the kind that the means have.
        p: Wilcoxon signed-rank test, two-sided; NaN with fewer than two pictures.
        adjusted: p after Holm's correction over all neighbours.
        effect: matched-pairs rank-biserial correlation (Kerby 2014), 1 where the front method is
            the better one on all pictures, 0 where neither is.
        pictures, left_out: with a score of both, and the others.
        reversed_on: rows on which the back method is the better one, clearest first; as many as
            were asked for. reversals: how many there are.
    """

    front: int
    back: int
    difference: float
    low: float
    high: float
    p: float
    adjusted: float
    effect: float
    pictures: int
    left_out: int
    reversed_on: tuple[int, ...]
    reversals: int = 0


def neighbours(
    scores: Table, lower: bool = True, most: int | None = None
) -> tuple[Comparison, ...]:
    """Each method against the next in the order of means, best first.

    A picture without a score of one of the two is left out of that pair alone.

    Args:
        lower: whether a lower score is better. most: rows that `reversed_on` holds at most.
    """
    kind = kind_for(np.size(scores))
    gains = np.asarray(scores, dtype=np.float64) * (-1.0 if lower else 1.0)
    found = [_compared(gains, *pair, kind, most) for pair in pairwise(mean_order(scores, lower))]
    adjusted = holm(np.array([one.p for one in found]))
    return tuple(replace(one, adjusted=float(p)) for one, p in zip(found, adjusted, strict=True))


def mean_order(scores: Table, lower: bool = True) -> tuple[int, ...]:
    """Columns with a score by their mean over the pictures that have one, best first."""
    known = [column for column in range(scores.shape[1]) if np.isfinite(scores[:, column]).any()]
    sign = 1.0 if lower else -1.0
    return tuple(sorted(known, key=lambda column: sign * float(np.nanmean(scores[:, column]))))


def holm(p: Float64[np.ndarray, "n"]) -> Float64[np.ndarray, "n"]:
    """p-values that keep the error over all tests (Holm 1979); NaN stays, and counts as no test."""
    adjusted = np.full(len(p), np.nan)
    order = [index for index in np.argsort(p, kind="stable") if not np.isnan(p[index])]
    highest = 0.0
    for done, index in enumerate(order):
        highest = max(highest, min(1.0, (len(order) - done) * float(p[index])))
        adjusted[index] = highest
    return adjusted


def _compared(gains: Table, front: int, back: int, kind: Kind, most: int | None) -> Comparison:
    shared = np.flatnonzero(np.isfinite(gains[:, [front, back]]).all(1))
    ahead = gains[shared, front] - gains[shared, back]
    if len(ahead) and ahead.mean() < 0:  # their means were of different pictures
        front, back, ahead = back, front, -ahead
    found = band(ahead, kind=kind)
    p, effect = _wilcoxon(ahead)
    return Comparison(
        front=front,
        back=back,
        difference=float(found.mean),
        low=float(found.low),
        high=float(found.high),
        p=p,
        adjusted=float("nan"),
        effect=effect,
        pictures=len(shared),
        left_out=len(gains) - len(shared),
        reversed_on=_reversed(shared, ahead, most),
        reversals=int((ahead < 0).sum()),
    )


def _wilcoxon(ahead: Float64[np.ndarray, "p"]) -> tuple[float, float]:
    from scipy.stats import rankdata, wilcoxon

    if len(ahead) < 2:
        return float("nan"), float("nan")
    moved = ahead[ahead != 0]
    if not len(moved):  # equal on every picture: nothing speaks against equality
        return 1.0, 0.0
    ranks = rankdata(np.abs(moved))
    return float(wilcoxon(moved).pvalue), float((ranks * np.sign(moved)).sum() / ranks.sum())


def _reversed(
    shared: Int[np.ndarray, "p"], ahead: Float64[np.ndarray, "p"], most: int | None
) -> tuple[int, ...]:
    behind = np.flatnonzero(ahead < 0)
    order = behind[np.argsort(ahead[behind], kind="stable")]
    return tuple(int(shared[index]) for index in order[:most])
