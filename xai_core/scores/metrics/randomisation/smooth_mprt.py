"""Smooth MPRT: the same test of maps that are averaged over noise."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from xai_core.base.parameters import parameter
from xai_core.scores.case import Case, Map
from xai_core.scores.metrics.base import METRICS, Direction, ModelMetric
from xai_core.scores.perturbation.noise import FLAT, span
from xai_core.scores.perturbation.randomised_maps import forgotten, likeness, unavailable


@dataclass(frozen=True)
class SmoothMPRTParameters:
    """Of Smooth MPRT."""

    stages: int = parameter(4, "Stages in which the layers are randomised.", minimum=1, maximum=200)
    draws: int = parameter(
        8, "Noisy pictures whose maps are averaged; the last is without noise.", minimum=1
    )
    noise: float = parameter(
        0.1,
        "Standard deviation of the noise, as a share of the picture's range of values.",
        minimum=0.0,
        maximum=1.0,
        step=0.05,
    )
    order: str = parameter("bottom-up", "Which layers go first.", choices=("top-down", "bottom-up"))


@METRICS.register
class SmoothMPRT(ModelMetric):
    """Mean over stages of Spearman's correlation of two mean maps over noise, in [−1, 1].

    Hedström et al. 2024, arXiv 2401.06465, as Quantus' SmoothMPRT, which averages raw attributions:
    here canonical maps are averaged, each at its own peak. From the picture up, as the authors
    advise: what a layer below still knows cannot shine through then.
    """

    name: ClassVar[str] = "smooth-mprt"
    title: ClassVar[str] = "Smooth MPRT"
    order: ClassVar[int] = 310
    direction: ClassVar[Direction] = "lower"
    Parameters: ClassVar[type] = SmoothMPRTParameters
    definition: ClassVar[str] = (
        "Model Parameter Randomisation Test of maps that are averaged over 8 noisy pictures (10% "
        "of the range of values), from the picture up, in 4 stages. Mean rank correlation "
        "(Spearman) with the averaged map of the whole model, in [−1, 1]. As Quantus 0.6.0."
    )
    cost: ClassVar[str] = "40 more maps by the same method."
    citation: ClassVar[str] = (
        "Hedström et al., Sanity Checks Revisited: An Exploration to Repair the Model Parameter "
        "Randomisation Test, 2024, arXiv 2401.06465"
    )

    def asks(self, settings: Any) -> tuple[int, int]:
        return 0, (settings.stages + 1) * settings.draws

    def measure(self, case: Case) -> float:
        settings, draws = case.settings, np.random.RandomState(case.seed)

        def smooth() -> Map:
            return _smooth(case, draws)

        return likeness(smooth(), forgotten(case, settings.stages, settings.order, smooth))

    def unavailable_because(self, case: Case) -> str | None:
        return unavailable(case) if span(case) else FLAT


def _smooth(case: Case, draws: np.random.RandomState) -> Map:
    count, std = case.settings.draws, case.settings.noise * span(case)
    total: Map = np.zeros(case.values.shape)
    for number in range(count):
        noise = std * draws.randn(*case.inputs.shape) if number < count - 1 else 0.0
        total = total + case.explain((case.inputs + noise).astype(np.float32), None) / count
    return total
