"""Monotonicity: whether the score rises with every pixel that is added, the darkest first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from xai_core.base.parameters import parameter
from xai_core.scores.case import Case, Undefined
from xai_core.scores.metrics.base import METRICS, Curve, CurveMetric, Direction
from xai_core.scores.perturbation.pixels import brightest_first, steps_of

ROUNDING = 1e-6  # of the highest score


@dataclass(frozen=True)
class MonotonicityParameters:
    """Of Monotonicity."""

    steps: int = parameter(
        50, "Steps in which all pixels are added.", minimum=3, maximum=1000, step=10
    )


@METRICS.register
class Monotonicity(CurveMetric):
    """Share of steps at which the score does not fall, from the darkest pixels to the brightest.

    Arya et al. 2019, arXiv 1909.03012, ask whether it never falls, and so does Quantus: that is a
    share of 1. Departure from Quantus: it starts from the picture's mean colour, not from black.
    """

    name: ClassVar[str] = "monotonicity"
    title: ClassVar[str] = "Monotonicity"
    order: ClassVar[int] = 160
    direction: ClassVar[Direction] = "higher"
    Parameters: ClassVar[type] = MonotonicityParameters
    definition: ClassVar[str] = (
        "The picture's pixels are put on its mean colour, the map's darkest first, a fiftieth of "
        "them a step. Share of the steps at which the class's probability does not fall, in "
        "[0, 1]; 1 where Monotonicity of Quantus 0.6.0 says True."
    )
    cost: ClassVar[str] = "50 forward passes."
    citation: ClassVar[str] = (
        "Arya et al., One Explanation Does Not Fit All: A Toolkit and Taxonomy of AI "
        "Explainability Techniques, 2019, arXiv 1909.03012"
    )

    def asks(self, settings: Any) -> tuple[int, int]:
        return settings.steps, 0

    def curve(self, case: Case) -> Curve:
        shape, colour = case.picture().shape[2:], case.mean_colour()
        darkest_first = brightest_first(case)[::-1]
        added = steps_of(darkest_first, (shape[0], shape[1]), case.settings.steps)
        return case.predict(case.replaced(~one, colour) for one in added)

    def area(self, curve: Curve) -> float:
        """The share of steps without a fall."""
        if len(curve) < 2:
            raise Undefined("The map has too few pixels for a curve.")
        return float((np.diff(curve) >= -ROUNDING * np.abs(curve).max()).mean())
