"""Sparseness: the Gini index of a map, by Quantus."""

from __future__ import annotations

from functools import cache
from typing import Any, ClassVar

from xai_core.base.arrays import Maps, Scores
from xai_core.scores.metrics.base import METRICS, Direction, Metric
from xai_core.scores.quantus_calls.library import quantus
from xai_core.scores.quantus_calls.map_by_map import one_by_one


@METRICS.register
class Sparseness(Metric):
    """Gini index of |a|: 0 for a flat map, nearly 1 for a single pixel. Quantus adds 1e-7."""

    name: ClassVar[str] = "sparseness"
    title: ClassVar[str] = "Sparseness"
    order: ClassVar[int] = 10
    direction: ClassVar[Direction] = "higher"
    definition: ClassVar[str] = (
        "Gini index of |a| over the N pixels of a map: 0 for a flat map, 1 − 1/N for a single "
        "pixel. Computed by Quantus 0.6.0."
    )
    cost: ClassVar[str] = "None worth naming: it sorts the map once."
    citation: ClassVar[str] = (
        "Chalasani et al., Concise Explanations of Neural Networks using Adversarial Training, "
        "ICML 2020"
    )

    def score(self, maps: Maps) -> Scores:
        """float64 `[B]`, each in [0, 1); NaN for a map that is zero or not finite."""
        return one_by_one(_metric(), maps)


@cache
def _metric() -> Any:
    return quantus().Sparseness(abs=True, normalise=False, disable_warnings=True)
