"""Entropy of a map's histogram: how many different values it holds, and how evenly."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from xai_core.base.arrays import Maps, Scores
from xai_core.maps.histogram import BINS, entropy_of
from xai_core.scores.metrics.base import METRICS, Direction, Metric


@METRICS.register
class Entropy(Metric):
    """−Σ p·ln p over the bins of the histogram of |a| between its lowest and its highest value.

    Where it lies does not count, unlike in Complexity, which is the entropy over pixels.
    """

    name: ClassVar[str] = "entropy"
    title: ClassVar[str] = "Entropy"
    order: ClassVar[int] = 70
    direction: ClassVar[Direction] = "lower"
    definition: ClassVar[str] = (
        f"Entropy of the histogram of |a| in {BINS} bins from its lowest to its highest value, in "
        f"nats, in [0, ln {BINS}]: low where a map has few levels. As discrete entropy of Quantus "
        "0.6.0."
    )
    cost: ClassVar[str] = "None worth naming: a histogram."
    citation: ClassVar[str] = (
        "Hedström et al., Sanity Checks Revisited: An Exploration to Repair the Model Parameter "
        "Randomisation Test, 2024, arXiv 2401.06465"
    )

    def score(self, maps: Maps) -> Scores:
        """float64 `[B]`; NaN for a map that is not finite or has one value everywhere."""
        return np.array([entropy_of(np.abs(one)) for one in maps], dtype=np.float64)

    def undefined_because(self, values: Maps) -> str:
        """As the contract says."""
        if np.isfinite(values).all() and values.any():
            return "The map has one value everywhere, so its histogram has one bar."
        return super().undefined_because(values)
