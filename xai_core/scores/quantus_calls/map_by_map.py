"""Quantus' metrics of maps, called on one map at a time."""

from __future__ import annotations

from typing import Any

import numpy as np

from xai_core.base.arrays import Maps, Scores


def one_by_one(metric: Any, maps: Maps) -> Scores:
    """The metric of |map| over its largest value; NaN for a map that is zero or not finite.

    A batch of one: Quantus overwrites what it is given, and one dead map in a batch must not
    decide over another. A peak of 1 keeps tiny gradients out of denormals.
    """
    values = np.abs(np.asarray(maps, dtype=np.float64))
    scores = np.full(len(values), np.nan)
    for index, one in enumerate(values):
        peak = one.max(initial=0.0)
        if peak > 0 and np.isfinite(peak):
            batch = one[None] / peak
            scores[index] = metric.evaluate_batch(x_batch=batch, a_batch=batch)[0]
    return scores
