"""Pixel Flipping: how fast the score falls when a map's brightest pixels go first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from xai_core.base.parameters import parameter
from xai_core.scores.case import Case
from xai_core.scores.metrics.base import METRICS, Curve, CurveMetric, Direction
from xai_core.scores.perturbation.pixels import brightest_first, steps_of


@dataclass(frozen=True)
class PixelFlippingParameters:
    """Of Pixel Flipping."""

    steps: int = parameter(
        100, "Steps in which all pixels are flipped.", minimum=2, maximum=1000, step=10
    )


@METRICS.register
class PixelFlipping(CurveMetric):
    """Mean height of the curve that Quantus' Pixel-Flipping draws, here of many steps at once.

    A pixel is flipped in all channels at once. Pixels of the same value, such as those that the
    removal set to 0, go in a random order of the seed, and not in that of their places.
    Departs from Quantus in the baseline: the picture's mean colour, not black.
    """

    name: ClassVar[str] = "pixel-flipping"
    title: ClassVar[str] = "Pixel Flipping"
    order: ClassVar[int] = 40
    direction: ClassVar[Direction] = "lower"
    Parameters: ClassVar[type] = PixelFlippingParameters
    definition: ClassVar[str] = (
        "Faithfulness: the picture's pixels turn to its mean colour, the map's brightest first, a "
        "hundredth of them a step. Mean probability of the class on the way (trapezoidal rule), "
        "in [0, 1]; of any other target its mean score. As Pixel-Flipping of Quantus 0.6.0."
    )
    cost: ClassVar[str] = "A prediction for each hundredth of the pixels: 100 forward passes."
    citation: ClassVar[str] = (
        "Bach et al., On Pixel-wise Explanations for Non-linear Classifier Decisions by "
        "Layer-wise Relevance Propagation, PLoS ONE 2015"
    )

    def asks(self, settings: Any) -> tuple[int, int]:
        return settings.steps, 0

    def curve(self, case: Case) -> Curve:
        shape = case.picture().shape[2:]
        taken = steps_of(brightest_first(case), (shape[0], shape[1]), case.settings.steps)
        colour = case.mean_colour()
        return case.predict(case.replaced(gone, colour) for gone in taken)
