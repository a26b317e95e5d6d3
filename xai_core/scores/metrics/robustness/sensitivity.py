"""Average Sensitivity: how much a map changes when the picture hardly does, by Quantus."""

from __future__ import annotations

from typing import Any, ClassVar

from xai_core.scores.case import Case
from xai_core.scores.metrics.base import METRICS, Direction, ModelMetric
from xai_core.scores.perturbation.noise import span, without_scale
from xai_core.scores.quantus_calls.explain_again import explaining_again
from xai_core.scores.quantus_calls.library import quantus

SAMPLES = 10
RADIUS = 0.02  # of the picture's range of values


@METRICS.register
class Sensitivity(ModelMetric):
    """Mean of ‖map(x + ξ) − map(x)‖ / ‖map(x)‖, ξ uniform in ± the radius, at every value.

    The class stays the same, and so does the seed: a noise method's own draws are not counted.
    Departs from Quantus' defaults (200 samples, ±0.2 whatever the scale of the input).
    """

    name: ClassVar[str] = "sensitivity"
    title: ClassVar[str] = "Sensitivity"
    order: ClassVar[int] = 50
    direction: ClassVar[Direction] = "lower"
    definition: ClassVar[str] = (
        f"Robustness: relative change of the map, ‖a′ − a‖ / ‖a‖, when uniform noise of "
        f"±{RADIUS:.0%} of the picture's range of values is added; mean of {SAMPLES} draws. 0 for "
        "a map that does not change. Average Sensitivity of Quantus 0.6.0."
    )
    cost: ClassVar[str] = f"{SAMPLES} more maps by the same method."
    citation: ClassVar[str] = (
        "Yeh et al., On the (In)fidelity and Sensitivity of Explanations, NeurIPS 2019"
    )

    def asks(self, settings: Any) -> tuple[int, int]:
        return 0, SAMPLES

    def measure(self, case: Case) -> float:
        average = quantus().AvgSensitivity(
            nr_samples=SAMPLES,
            lower_bound=RADIUS * span(case),
            disable_warnings=True,
        )
        return explaining_again(average, case, lambda inputs, label: case.explain(inputs, None))

    def unavailable_because(self, case: Case) -> str | None:
        return without_scale(case)
