"""Pixel Flipping: how fast the score falls when a map's brightest pixels go first, by Quantus."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from jaxtyping import Float64

from xai_core.base.arrays import Inputs
from xai_core.scores.case import Case
from xai_core.scores.metrics.base import METRICS, Direction, ModelMetric
from xai_core.scores.quantus_calls.library import quantus

STEPS = 100


@METRICS.register
class PixelFlipping(ModelMetric):
    """Mean height of the curve that Quantus' Pixel-Flipping draws.

    A pixel is flipped in all channels at once. Pixels of the same value, such as those that the
    removal set to 0, go in a random order of the seed, and not in that of their places.
    Departs from Quantus in the baseline: the picture's mean colour, not black.
    """

    name: ClassVar[str] = "pixel-flipping"
    title: ClassVar[str] = "Pixel Flipping"
    order: ClassVar[int] = 40
    direction: ClassVar[Direction] = "lower"
    predictions: ClassVar[int] = STEPS
    definition: ClassVar[str] = (
        "Faithfulness: the picture's pixels turn to its mean colour, the map's brightest first, a "
        "hundredth of them a step. Mean probability of the class on the way (trapezoidal rule), "
        "in [0, 1]; of any other target its mean score. Computed by Quantus 0.6.0."
    )
    cost: ClassVar[str] = "A prediction for each hundredth of the pixels: 100 forward passes."
    citation: ClassVar[str] = (
        "Bach et al., On Pixel-wise Explanations for Non-linear Classifier Decisions by "
        "Layer-wise Relevance Propagation, PLoS ONE 2015"
    )

    def measure(self, case: Case) -> float:
        order = _without_ties(case)
        flipping = quantus().PixelFlipping(
            features_in_step=math.ceil(order.size / STEPS),
            normalise=False,
            perturb_baseline=0.0,
            disable_warnings=True,
        )
        (curve,) = flipping.evaluate_batch(
            model=_Flipped(case),
            x_batch=np.ones((1, order.size), dtype=np.float32),
            y_batch=np.zeros(1, dtype=np.int64),
            a_batch=order[None],
        )
        # Quantus' own area calls np.trapz, which NumPy 2.4 no longer has.
        return float(np.trapezoid(curve) / (len(curve) - 1)) if len(curve) > 1 else float("nan")


@dataclass(frozen=True)
class _Flipped:
    """The model as Quantus asks it: of which pixels are left, `[1, h·w]`, instead of a picture."""

    case: Case

    def shape_input(self, kept: Any, *args: Any, **kwargs: Any) -> Any:
        return kept

    def predict(self, kept: Any) -> Any:
        return np.array([[self.case.predict(self._picture(kept))]])

    def _picture(self, kept: Any) -> Inputs:
        top, left, bottom, right = self.case.box
        flipped = self.case.inputs.copy()
        part = self.case.picture()
        mean = part.mean((2, 3), keepdims=True)
        mask = kept.reshape(1, 1, *part.shape[2:]) > 0
        flipped[:, :, top:bottom, left:right] = np.where(mask, part, mean)
        return flipped


def _without_ties(case: Case) -> Float64[np.ndarray, "n"]:
    """The place of every pixel from the darkest, 0, to the brightest."""
    values = case.on_picture().ravel()
    draws = np.random.default_rng(case.seed).random(values.size)
    places = np.empty(values.size)
    places[np.lexsort((draws, values))] = np.arange(values.size)
    return places
