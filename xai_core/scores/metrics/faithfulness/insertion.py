"""Insertion: the area under the curve of the score while the map's brightest pixels come."""

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
class InsertionParameters:
    """Of Insertion."""

    steps: int = parameter(
        50, "Steps in which all pixels are inserted.", minimum=2, maximum=1000, step=10
    )
    blur: float = parameter(
        0.05,
        "How blurred the picture is at the start: standard deviation as a share of its shorter "
        "side.",
        minimum=0.0,
        maximum=1.0,
        step=0.01,
    )


@METRICS.register
class Insertion(CurveMetric):
    """∫ p(blurred x with the brightest share s put back) ds from 0 to 1, by the trapezoidal rule.

    Petsiuk et al. 2018 (RISE), in [0, 1] for a class. Departure: the blur is a Gaussian that grows
    with the picture (theirs is of 5 pixels at a side of 224), so that nothing shows through.
    Quantus has no metric of this name.
    """

    name: ClassVar[str] = "insertion"
    title: ClassVar[str] = "Insertion"
    order: ClassVar[int] = 110
    direction: ClassVar[Direction] = "higher"
    Parameters: ClassVar[type] = InsertionParameters
    definition: ClassVar[str] = (
        "Area under the curve of the class's probability while the map's brightest pixels are put "
        "into a blurred picture, from none of them to the whole picture, in [0, 1]; of any other "
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
        from scipy.ndimage import gaussian_filter

        part = case.picture()[0]
        shape = part.shape[1], part.shape[2]
        spread = case.settings.blur * min(shape)
        blurred = gaussian_filter(part, (0, spread, spread))
        taken = steps_of(brightest_first(case), shape, case.settings.steps)
        put_back = chain([np.zeros(shape, dtype=bool)], taken)
        return case.predict(case.replaced(~one, blurred) for one in put_back)
