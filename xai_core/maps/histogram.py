"""Entropy of the values of a map, wherever they lie."""

from __future__ import annotations

import numpy as np

from xai_core.base.arrays import Map

BINS = 100


def entropy_of(one: Map, bins: int = BINS) -> float:
    """Of the histogram of a map, in nats, in [0, ln bins].

    Returns:
        NaN where the map is not finite or has one value everywhere.
    """
    values = np.asarray(one, dtype=np.float64)
    if not np.isfinite(values).all():
        return float("nan")
    low, high = values.min(), values.max()
    if high - low <= bins * np.spacing(max(abs(low), abs(high))):  # too near for so many bins
        return float("nan")
    counts = np.histogram(values, bins=bins)[0]
    shares = counts[counts > 0] / values.size
    return float(-(shares * np.log(shares)).sum())
