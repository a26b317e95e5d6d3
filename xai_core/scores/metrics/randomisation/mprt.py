"""MPRT: how alike a map stays while the model forgets what it learned, layer by layer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from xai_core.base.parameters import parameter
from xai_core.scores.case import Case
from xai_core.scores.metrics.base import METRICS, Direction, ModelMetric
from xai_core.scores.perturbation.randomised_maps import forgotten, likeness, unavailable


@dataclass(frozen=True)
class MPRTParameters:
    """Of MPRT."""

    stages: int = parameter(
        8, "Stages in which the layers are randomised, with a map at each.", minimum=1, maximum=200
    )
    order: str = parameter("top-down", "Which layers go first.", choices=("top-down", "bottom-up"))


@METRICS.register
class MPRT(ModelMetric):
    """Mean over stages of Spearman's correlation of the map and that of the randomised model.

    The cascading randomisation of Adebayo et al. 2018, arXiv 1810.03292, in [−1, 1]. Quantus' MPRT
    makes a map for every layer; with as many stages as layers both agree. Layers that cannot draw
    their weights anew are permuted, where Quantus leaves them as they are.
    """

    name: ClassVar[str] = "mprt"
    title: ClassVar[str] = "MPRT"
    order: ClassVar[int] = 300
    direction: ClassVar[Direction] = "lower"
    Parameters: ClassVar[type] = MPRTParameters
    definition: ClassVar[str] = (
        "Model Parameter Randomisation Test: the layers lose their weights from the output down, "
        "in 8 stages. Mean rank correlation (Spearman) of the map and of those made at each stage, "
        "in [−1, 1]. 1 for a method that does not ask what the model learned. As Quantus 0.6.0."
    )
    cost: ClassVar[str] = "8 more maps by the same method."
    citation: ClassVar[str] = (
        "Adebayo, Gilmer, Muelly, Goodfellow, Hardt and Kim, Sanity Checks for Saliency Maps, "
        "NeurIPS 2018"
    )

    def asks(self, settings: Any) -> tuple[int, int]:
        return 0, settings.stages

    def measure(self, case: Case) -> float:
        def explain() -> Any:
            return case.explain(case.inputs, None)

        settings = case.settings
        return likeness(case.values, forgotten(case, settings.stages, settings.order, explain))

    def unavailable_because(self, case: Case) -> str | None:
        return unavailable(case)
