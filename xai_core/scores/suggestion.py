"""Which quantile? Two answers with a reason: where the ranking holds, and where a pedestal ends."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float64

from xai_core.maps.canonical import Array

BINS, SMOOTH = 256, 5
TAIL = 0.995  # quantile; a few hot pixels must not squeeze the pedestal into one bin
# A level whose sum over all pixels is less than this share of the map is no pedestal to speak of.
SHARE = 0.1


@dataclass(frozen=True)
class StableRange:
    """The widest range of quantiles in which the ranking is the same, and its middle."""

    low: float
    high: float
    quantile: float


@dataclass(frozen=True)
class Pedestal:
    """The low value that a map has almost everywhere.

    Attributes:
        level: the most frequent value. share: what part of the map's sum it makes up, were every
            pixel to carry it, at most 1. edge: the value at which it ends.
        quantile: at which the baseline is `edge`.
    """

    level: float
    share: float
    edge: float
    quantile: float


def stable_range(
    curves: Mapping[str, Float64[np.ndarray, "q"]], quantiles: Sequence[float] | np.ndarray
) -> StableRange | None:
    """The widest range in which nobody overtakes; None where fewer than two maps have a score.

    Args:
        curves: Complexity by name, as from `sweep`. quantiles: ascending, where it was taken.
    """
    scores = np.stack(list(curves.values())) if curves else np.empty((0, 0))
    if np.isfinite(scores).all(axis=1).sum() < 2:
        return None
    scores = scores[np.isfinite(scores).all(axis=1)]
    orders = np.argsort(scores, axis=0, kind="stable")
    turns = np.flatnonzero((orders[:, 1:] != orders[:, :-1]).any(axis=0)) + 1
    starts, ends = [0, *turns], [*turns - 1, len(quantiles) - 1]
    spans = [
        (quantiles[end] - quantiles[start], start, end)
        for start, end in zip(starts, ends, strict=True)
    ]
    _, start, end = max(spans, key=lambda span: span[0])
    low, high = float(quantiles[start]), float(quantiles[end])
    return StableRange(low, high, round((low + high) / 2, 2))


def pedestal(values: Array) -> Pedestal | None:
    """The pedestal of one map; None where there is none.

    The level is the peak of the histogram. A map whose most frequent values are the lowest that
    there can be, around 0, has no pedestal; nor has a map with negative values, of which no value
    is the lowest. The edge is the triangle method's (Zack, Rogers and Latt, 1977):
    the point of the histogram farthest below the line from its peak to the end of its tail.
    """
    flat = np.asarray(values, dtype=np.float64).ravel()
    if flat.size < 2 or not np.isfinite(flat).all() or flat.min() < 0 or flat.max() == flat.min():
        return None
    top = float(np.quantile(flat, TAIL))
    top = top if top > flat.min() else float(flat.max())
    counts, edges = np.histogram(np.minimum(flat, top), bins=BINS, range=(0.0, top))
    # The last bin holds the whole tail, which is no peak; a mean of neighbours has fewer by chance.
    smooth = np.convolve(counts[:-1], np.ones(SMOOTH) / SMOOTH, mode="same")
    peak = int(np.argmax(smooth))
    level = float((edges[peak] + edges[peak + 1]) / 2)
    share = min(1.0, level * flat.size / float(flat.sum()))
    if counts[:SMOOTH].mean() > smooth[peak] / 2 or share < SHARE:
        return None
    return _ended(flat, top, level, share)


def _ended(flat: Float64[np.ndarray, "n"], top: float, level: float, share: float) -> Pedestal:
    edge = max(level, triangle(flat[flat < top]))
    quantile = (np.count_nonzero(flat <= edge) - 1) / (flat.size - 1)
    return Pedestal(level, share, edge, float(max(0.0, quantile)))


def triangle(values: Float64[np.ndarray, "n"]) -> float:
    """The value at which the histogram lies farthest below the line from its peak to its
    farther end.

    As scikit-image has it, whose module brings SciPy with 60 MB to the first page.
    """
    counts, edges = np.histogram(values, bins=BINS)
    filled, peak = np.flatnonzero(counts), int(np.argmax(counts))
    low, high = int(filled[0]), int(filled[-1])
    if low == high:
        return float(values[0])
    end = high if high - peak > peak - low else low
    steps = np.arange(abs(peak - end))
    places = end + steps * (1 if end < peak else -1)
    below = counts[peak] * steps - len(steps) * counts[places]
    place = places[np.argmax(below)]
    return float((edges[place] + edges[place + 1]) / 2)
