"""ROAD: Pixel Flipping whose holes are filled in from around them, so that they give no hint."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from xai_core.base.parameters import parameter
from xai_core.scores.case import Case, Picture
from xai_core.scores.metrics.base import METRICS, Curve, CurveMetric, Direction
from xai_core.scores.perturbation.imputation import imputed
from xai_core.scores.perturbation.pixels import brightest_first


@dataclass(frozen=True)
class ROADParameters:
    """Of ROAD."""

    steps: int = parameter(
        9, "Shares of the pixels that are taken, evenly between 0 and 1.", minimum=2, maximum=99
    )
    noise: float = parameter(
        0.01,
        "Noise on what is filled in: standard deviation as a share of the picture's range.",
        minimum=0.0,
        maximum=1.0,
        step=0.01,
    )


@METRICS.register
class ROAD(CurveMetric):
    """Mean over shares s of p(x with its brightest share s imputed), most relevant first.

    Rong et al. 2022, arXiv 2202.00449; the noisy linear imputation is that of Quantus' ROAD, solved
    for all channels at once. Departs from both in what is counted: the probability of the class
    and not whether it is still the top class, which says little of one picture.
    """

    name: ClassVar[str] = "road"
    title: ClassVar[str] = "ROAD"
    order: ClassVar[int] = 120
    direction: ClassVar[Direction] = "lower"
    Parameters: ClassVar[type] = ROADParameters
    definition: ClassVar[str] = (
        "Remove and debias: mean probability of the class when the map's brightest 10%, 20%, … 90% "
        "of the pixels are filled in from their neighbours, in [0, 1]; of any other target its "
        "mean score. Unlike a hole, what is filled in does not give away where it was."
    )
    cost: ClassVar[str] = "9 forward passes, and a sparse system of equations for each."
    citation: ClassVar[str] = (
        "Rong, Leemann, Borisov, Kasneci and Kasneci, A Consistent and Efficient Evaluation "
        "Strategy for Attribution Methods, ICML 2022"
    )

    def asks(self, settings: Any) -> tuple[int, int]:
        return settings.steps, 0

    def curve(self, case: Case) -> Curve:
        return case.predict(_filled(case))

    def area(self, curve: Curve) -> float:
        """The mean of all steps."""
        return float(curve.mean())


def _filled(case: Case) -> Iterator[Picture]:
    part, order = case.picture()[0], brightest_first(case)
    draws = np.random.RandomState(case.seed)
    noise = case.settings.noise * float(part.max() - part.min())
    for step in range(1, case.settings.steps + 1):
        gone = np.zeros(order.size, dtype=bool)
        gone[order[: order.size * step // (case.settings.steps + 1)]] = True
        hole = gone.reshape(part.shape[1:])
        yield case.replaced(hole, imputed(part, hole) + noise * draws.randn(*part.shape))
