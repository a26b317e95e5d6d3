"""Effective Complexity: how many pixels of a map count at all, by Quantus."""

from __future__ import annotations

from functools import cache
from typing import Any, ClassVar

from xai_core.base.arrays import Maps, Scores
from xai_core.scores.metrics.base import METRICS, Direction, Metric
from xai_core.scores.quantus_calls.library import quantus
from xai_core.scores.quantus_calls.map_by_map import one_by_one

THRESHOLD = 0.05  # of the map's largest value


@METRICS.register
class EffectiveComplexity(Metric):
    """Pixels above a threshold. Quantus' own default, 1e-5, counts a pedestal as signal."""

    name: ClassVar[str] = "effective-complexity"
    title: ClassVar[str] = "Effective Complexity"
    order: ClassVar[int] = 20
    direction: ClassVar[Direction] = "lower"
    definition: ClassVar[str] = (
        f"Number of pixels with |a| above {THRESHOLD:.0%} of the map's largest value. Computed by "
        "Quantus 0.6.0."
    )
    cost: ClassVar[str] = "None worth naming: it counts."
    citation: ClassVar[str] = (
        "Nguyen and Martínez, On Quantitative Aspects of Model Interpretability, 2020, "
        "arXiv 2007.07584"
    )

    def score(self, maps: Maps) -> Scores:
        """float64 `[B]`, each in [1, N]; NaN for a map that is zero or not finite."""
        return one_by_one(_metric(), maps)


@cache
def _metric() -> Any:
    return quantus().EffectiveComplexity(
        eps=THRESHOLD, abs=True, normalise=False, disable_warnings=True
    )
