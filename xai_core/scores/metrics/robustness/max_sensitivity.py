"""Max-Sensitivity: how much a map changes at most when the picture hardly does, by Quantus."""

from __future__ import annotations

from typing import Any, ClassVar

from xai_core.scores.case import Case
from xai_core.scores.metrics.base import METRICS, Direction, ModelMetric
from xai_core.scores.perturbation.noise import UniformNoise, span, without_scale
from xai_core.scores.quantus_calls.explain_again import explaining_again
from xai_core.scores.quantus_calls.library import quantus


@METRICS.register
class MaxSensitivity(ModelMetric):
    """max of ‖map(x + ξ) − map(x)‖ / ‖map(x)‖, ξ uniform in ± the radius, at every value; 0 and up.

    The class stays the same, and so does the seed: a noise method's own draws are not counted.
    Departs from Quantus' defaults (200 samples, ±0.2 whatever the scale of the input).
    """

    name: ClassVar[str] = "max-sensitivity"
    title: ClassVar[str] = "Max-Sensitivity"
    order: ClassVar[int] = 200
    direction: ClassVar[Direction] = "lower"
    Parameters: ClassVar[type] = UniformNoise
    definition: ClassVar[str] = (
        "Largest relative change of the map, ‖a′ − a‖ / ‖a‖, of 10 draws of uniform noise of ±2% "
        "of the picture's range of values. 0 for a map that does not change. Computed by Quantus "
        "0.6.0."
    )
    cost: ClassVar[str] = "10 more maps by the same method."
    citation: ClassVar[str] = (
        "Yeh et al., On the (In)fidelity and Sensitivity of Explanations, NeurIPS 2019"
    )

    def asks(self, settings: Any) -> tuple[int, int]:
        return 0, settings.draws

    def measure(self, case: Case) -> float:
        largest = quantus().MaxSensitivity(
            nr_samples=case.settings.draws,
            lower_bound=case.settings.radius * span(case),
            disable_warnings=True,
        )
        return explaining_again(largest, case, lambda inputs, label: case.explain(inputs, None))

    def unavailable_because(self, case: Case) -> str | None:
        return without_scale(case)
