"""Complexity: the entropy of a map's fractional contributions, by Quantus."""

from __future__ import annotations

from functools import cache
from typing import Any, ClassVar

import numpy as np

from xai_core.base.arrays import Maps, Scores
from xai_core.scores.entropy_above import not_below_zero
from xai_core.scores.metrics.base import METRICS, Direction, Metric
from xai_core.scores.quantus_calls.library import quantus
from xai_core.scores.quantus_calls.map_by_map import one_by_one

ADDED = 1.001e-12  # by Quantus, inside the logarithm


@METRICS.register
class Complexity(Metric):
    """Entropy of |a| / Σ|a| over all pixels of a map, in nats.

    Departs from Quantus in one point: a map without a score is NaN and touches no other map.
    Quantus adds 1e-12 inside the logarithm, which moves a score by at most N·1e-12.
    """

    name: ClassVar[str] = "complexity"
    title: ClassVar[str] = "Complexity"
    order: ClassVar[int] = 0
    direction: ClassVar[Direction] = "lower"
    definition: ClassVar[str] = (
        "Entropy of |a| / Σ|a| over the N pixels of a map, in nats: 0 for a single pixel, "
        "ln N for a flat map. Computed by Quantus 0.6.0."
    )
    cost: ClassVar[str] = "None worth naming: a millisecond a map."
    citation: ClassVar[str] = (
        "Bhatt, Weller and Moura, Evaluating and Aggregating Feature-based Model Explanations, "
        "IJCAI 2020"
    )

    def score(self, maps: Maps) -> Scores:
        """float64 `[B]`, each in [0, ln N]; NaN for a map that is zero or not finite."""
        return complexity(maps)


def complexity(maps: Maps) -> Scores:
    """Quantus' Complexity of every map by itself.

    Args:
        maps: `[B, h, w]`.

    Returns:
        float64 `[B]` in nats, lower = more focused; NaN where a map is zero everywhere or
        holds a value that is not finite.
    """
    pixels = np.size(maps) // max(1, len(maps))
    return not_below_zero(one_by_one(_metric(), maps), pixels * ADDED)


@cache
def _metric() -> Any:
    return quantus().Complexity(abs=True, normalise=False, disable_warnings=True)
