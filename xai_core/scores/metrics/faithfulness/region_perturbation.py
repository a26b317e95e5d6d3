"""Region Perturbation: how far the score falls when a map's brightest squares go first."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from xai_core.base.parameters import parameter
from xai_core.scores.case import Case, Picture
from xai_core.scores.metrics.base import METRICS, Curve, CurveMetric, Direction
from xai_core.scores.perturbation.blocks import blocks, sums


@dataclass(frozen=True)
class RegionPerturbationParameters:
    """Of Region Perturbation."""

    side: int = parameter(8, "Side of a square, in pixels.", minimum=1, maximum=512)
    regions: int = parameter(100, "Squares that go, at most.", minimum=1, maximum=1000, step=10)


@METRICS.register
class RegionPerturbation(CurveMetric):
    """AOPC: 1 / (L + 1) · Σ f(x) − f(x without the k most relevant squares), k from 0 to L.

    Samek et al. 2017, arXiv 1509.06321. As Quantus' Region-Perturbation in the order `morf`, whose
    declared direction is the opposite of the paper's: the farther the score falls, the better the
    map. Departure: a square takes the picture's mean colour, where the paper draws its pixels.
    """

    name: ClassVar[str] = "region-perturbation"
    title: ClassVar[str] = "Region Perturbation"
    order: ClassVar[int] = 130
    direction: ClassVar[Direction] = "higher"
    Parameters: ClassVar[type] = RegionPerturbationParameters
    definition: ClassVar[str] = (
        "Area over the perturbation curve (AOPC): mean fall of the class's probability while the "
        "100 squares of 8×8 pixels that hold most of the map take the picture's mean colour, one "
        "after another, in [−1, 1]; of any other target the fall of its score. As Quantus 0.6.0."
    )
    cost: ClassVar[str] = "101 forward passes."
    citation: ClassVar[str] = (
        "Samek, Binder, Montavon, Lapuschkin and Müller, Evaluating the Visualization of What a "
        "Deep Neural Network Has Learned, IEEE TNNLS 2017"
    )

    def asks(self, settings: Any) -> tuple[int, int]:
        return settings.regions + 1, 0

    def curve(self, case: Case) -> Curve:
        return case.predict(_without(case))

    def area(self, curve: Curve) -> float:
        """Mean fall from the first point of the curve."""
        return float((curve[0] - curve).mean())


def _without(case: Case) -> Iterator[Picture]:
    values, colour = case.on_picture(), case.mean_colour()
    labels = blocks((values.shape[0], values.shape[1]), case.settings.side)
    shares = sums(values, labels)
    draws = np.random.default_rng(case.seed).random(shares.size)
    order = np.lexsort((draws, shares))[::-1][: case.settings.regions]
    gone = np.zeros(shares.size, dtype=bool)
    yield case.replaced(gone[labels], colour)
    for number in order:
        gone[number] = True
        yield case.replaced(gone[labels], colour)
