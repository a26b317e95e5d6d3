"""Local Lipschitz Estimate: how steeply a map changes near the picture, by Quantus."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from xai_core.base.parameters import parameter
from xai_core.scores.case import Case
from xai_core.scores.metrics.base import METRICS, Direction, ModelMetric
from xai_core.scores.perturbation.noise import Draws, span, without_scale
from xai_core.scores.quantus_calls.explain_again import explaining_again
from xai_core.scores.quantus_calls.library import quantus


@dataclass(frozen=True)
class LocalLipschitzParameters(Draws):
    """Of Local Lipschitz Estimate."""

    std: float = parameter(
        0.02,
        "Standard deviation of the noise, as a share of the picture's range of values.",
        minimum=0.001,
        maximum=1.0,
        step=0.01,
    )


@METRICS.register
class LocalLipschitz(ModelMetric):
    """max of ‖map(x + ξ) − map(x)‖₂ / ‖ξ‖₂, ξ normal, at every value; 0 and up.

    Alvarez-Melis and Jaakkola 2018, arXiv 1806.08049. Maps are canonical, with a peak of 1, so that
    methods of any scale compare; pictures of another scale do not. The class and the seed stay.
    Departs from Quantus' defaults (200 samples, 0.1 whatever the scale of the input).
    """

    name: ClassVar[str] = "local-lipschitz"
    title: ClassVar[str] = "Local Lipschitz Estimate"
    order: ClassVar[int] = 210
    direction: ClassVar[Direction] = "lower"
    Parameters: ClassVar[type] = LocalLipschitzParameters
    definition: ClassVar[str] = (
        "Largest change of the map for a change of the picture, ‖a′ − a‖ / ‖x′ − x‖, of 10 draws "
        "of normal noise of 2% of the picture's range of values. 0 for a map that does not change; "
        "it has the unit of the input, so compare methods on one model. Computed by Quantus 0.6.0."
    )
    cost: ClassVar[str] = "10 more maps by the same method."
    citation: ClassVar[str] = (
        "Alvarez-Melis and Jaakkola, On the Robustness of Interpretability Methods, 2018, "
        "arXiv 1806.08049"
    )

    def asks(self, settings: Any) -> tuple[int, int]:
        return 0, settings.draws

    def measure(self, case: Case) -> float:
        steepest = quantus().LocalLipschitzEstimate(
            nr_samples=case.settings.draws,
            perturb_std=case.settings.std * span(case),
            disable_warnings=True,
        )
        return explaining_again(steepest, case, lambda inputs, label: case.explain(inputs, None))

    def unavailable_because(self, case: Case) -> str | None:
        return without_scale(case)
