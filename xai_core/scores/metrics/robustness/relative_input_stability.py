"""Relative Input Stability: a map's relative change over that of the picture."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np

from xai_core.scores.case import Case, Undefined
from xai_core.scores.metrics.base import METRICS, Direction, ModelMetric
from xai_core.scores.perturbation.noise import UniformNoise, span, without_scale


@METRICS.register
class RelativeInputStability(ModelMetric):
    """max of ‖(a − a′) / a‖₂ / ‖(x − x′) / x‖₂, value by value; x′ = x + ξ, ξ uniform in ± r.

    Agarwal et al. 2022, arXiv 2203.06877; 0 and up. Values of a and of x that are 0 are left out: a
    change relative to nothing is not defined, and Quantus, which divides by 1e-6 there, gets a
    score that is theirs alone. On maps and pictures without a 0 both agree. The noise is on both
    sides of 0; Quantus' default is not.
    """

    name: ClassVar[str] = "relative-input-stability"
    title: ClassVar[str] = "Relative Input Stability"
    order: ClassVar[int] = 220
    direction: ClassVar[Direction] = "lower"
    Parameters: ClassVar[type] = UniformNoise
    definition: ClassVar[str] = (
        "Largest relative change of the map over the relative change of the picture, "
        "‖(a − a′) / a‖ / ‖(x − x′) / x‖, of 10 draws of uniform noise of ±2% of the picture's "
        "range of values; pixels at 0 do not count. 0 for a map that does not change. As Quantus "
        "0.6.0."
    )
    cost: ClassVar[str] = "10 more maps by the same method."
    citation: ClassVar[str] = (
        "Agarwal, Johnson, Pawelczyk, Krishna, Saxena, Zitnik and Lakkaraju, Rethinking Stability "
        "for Attribution-based Explanations, 2022, arXiv 2203.06877"
    )

    def asks(self, settings: Any) -> tuple[int, int]:
        return 0, settings.draws

    def measure(self, case: Case) -> float:
        draws, radius = np.random.RandomState(case.seed), case.settings.radius * span(case)
        found = []
        for _ in range(case.settings.draws):
            noise = draws.uniform(-radius, radius, case.inputs.shape)
            near = (case.inputs + noise).astype(np.float32)
            change = _relative(case.values, case.explain(near, None))
            found.append(change / _relative(case.inputs, near))
        if not np.isfinite(found).all():
            raise Undefined("The map of a picture with noise is not finite.")
        return float(np.max(found))

    def unavailable_because(self, case: Case) -> str | None:
        return without_scale(case)


def _relative(before: np.ndarray, after: np.ndarray) -> float:
    first, second = np.asarray(before, np.float64), np.asarray(after, np.float64)
    counted = first != 0
    return float(np.linalg.norm((first[counted] - second[counted]) / first[counted]))
