"""Deletion: the area under the curve of the score while the map's brightest pixels go."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import chain
from typing import Any, ClassVar

import numpy as np

from xai_core.base.parameters import parameter
from xai_core.scores.case import Case
from xai_core.scores.metrics.base import METRICS, Curve, CurveMetric, Direction
from xai_core.scores.perturbation.pixels import brightest_first, steps_of


@dataclass(frozen=True)
class DeletionParameters:
    """Of Deletion."""

    steps: int = parameter(
        50, "Steps in which all pixels are deleted.", minimum=2, maximum=1000, step=10
    )
    value: float = parameter(
        0.0, "What a deleted pixel is set to, after preprocessing.", minimum=-10.0, maximum=10.0
    )


@METRICS.register
class Deletion(CurveMetric):
    """∫ p(x without the brightest share s) ds from 0 to 1, by the trapezoidal rule.

    Petsiuk et al. 2018 (RISE), in [0, 1] for a class. A deleted pixel is 0 after preprocessing, as
    theirs. Quantus has no metric of this name; with the mean colour it is Pixel Flipping, whose
    curve starts one step later.
    """

    name: ClassVar[str] = "deletion"
    title: ClassVar[str] = "Deletion"
    order: ClassVar[int] = 100
    direction: ClassVar[Direction] = "lower"
    Parameters: ClassVar[type] = DeletionParameters
    definition: ClassVar[str] = (
        "Area under the curve of the class's probability while the map's brightest pixels are set "
        "to 0 (after preprocessing), from the whole picture to none of it, in [0, 1]; of any other "
        "target the mean of its score."
    )
    cost: ClassVar[str] = "51 forward passes."
    citation: ClassVar[str] = (
        "Petsiuk, Das and Saenko, RISE: Randomized Input Sampling for Explanation of Black-box "
        "Models, BMVC 2018"
    )

    def asks(self, settings: Any) -> tuple[int, int]:
        return settings.steps + 1, 0

    def curve(self, case: Case) -> Curve:
        shape = case.picture().shape[2], case.picture().shape[3]
        taken = steps_of(brightest_first(case), shape, case.settings.steps)
        gone = chain([np.zeros(shape, dtype=bool)], taken)
        return case.predict(case.replaced(one, case.settings.value) for one in gone)
