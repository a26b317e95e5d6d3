"""Completeness: whether a map's values add up to the difference of the scores."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from xai_core.attribution.completeness import DIFFERENCE, SUM
from xai_core.base.parameters import parameter
from xai_core.scores.case import Case, Undefined
from xai_core.scores.metrics.base import METRICS, Direction, ModelMetric


@dataclass(frozen=True)
class CompletenessParameters:
    """Of Completeness."""

    baseline: float = parameter(
        0.0,
        "Every value of the empty picture, after preprocessing, where the method names none.",
        minimum=-10.0,
        maximum=10.0,
        step=0.1,
    )


@METRICS.register
class Completeness(ModelMetric):
    """|Σ R − (f(x) − f(x₀))| / |f(x) − f(x₀)|, R the values as the method gave them; 0 and up.

    Sundararajan et al. 2017, arXiv 1703.01365. Quantus' Completeness asks whether both are equal as
    floating-point numbers, which they never are. Taken before the recipe, since a canonical map has
    lost signs and scale, and the removal would take from the sum: the quantile changes nothing.
    A method that says which difference its map stands for is held to that.
    """

    name: ClassVar[str] = "completeness"
    title: ClassVar[str] = "Completeness error"
    order: ClassVar[int] = 500
    direction: ClassVar[Direction] = "lower"
    Parameters: ClassVar[type] = CompletenessParameters
    definition: ClassVar[str] = (
        "By how much the sum of the raw values, before the recipe, misses the difference of the "
        "scores of the picture and of an empty one, as a share of that difference; 0 adds up "
        "exactly. Only path methods and their kin promise it."
    )
    cost: ClassVar[str] = "2 forward passes."
    citation: ClassVar[str] = (
        "Sundararajan, Taly and Yan, Axiomatic Attribution for Deep Networks, ICML 2017"
    )

    def asks(self, settings: Any) -> tuple[int, int]:
        return 2, 0

    def measure(self, case: Case) -> float:
        one = case.attribution
        if one is None:
            raise Undefined("The values as the method gave them are not at hand.")
        total, wanted = (one.chosen.get(name) for name in (SUM, DIFFERENCE))
        if not (isinstance(total, float) and isinstance(wanted, float)):
            whole = np.ones(case.picture().shape[2:], dtype=bool)
            empty = np.full_like(case.inputs[0], case.settings.baseline)
            full, none = case.score([case.replaced(~whole, 0), empty])
            total, wanted = float(one.values[:1].sum(dtype=np.float64)), float(full - none)
        if wanted == 0:
            raise Undefined("The score of the empty picture is that of the picture.")
        return abs(total - wanted) / abs(wanted)

    def unavailable_because(self, case: Case) -> str | None:
        if case.attribution is not None and not case.attribution.signed:
            return "The map has no signs, so its values cannot add up to a difference of scores."
        return None
