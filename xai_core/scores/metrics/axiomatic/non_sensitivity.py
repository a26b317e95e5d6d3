"""Non-Sensitivity: whether what the map leaves dark is what the score does not depend on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from xai_core.base.parameters import parameter
from xai_core.scores.case import Case, Picture
from xai_core.scores.metrics.base import METRICS, Direction, ModelMetric
from xai_core.scores.perturbation.blocks import blocks, side_for


@dataclass(frozen=True)
class NonSensitivityParameters:
    """Of Non-Sensitivity."""

    most: int = parameter(
        196, "Squares in which the picture is asked about, at most.", minimum=1, maximum=10**6
    )
    eps: float = parameter(
        1e-5, "What is below it counts as 0, in the map and in the score.", minimum=0.0, maximum=1.0
    )


@METRICS.register
class NonSensitivity(ModelMetric):
    """Share of squares that are dark in the map xor without effect on the score, in [0, 1].

    Nguyen and Martínez 2020, arXiv 2007.07584. With squares of one pixel, as many as Quantus'
    NonSensitivity counts, over the number of pixels; its own blocks of several pixels fail.
    Departure: a square takes the picture's mean colour, not black.
    """

    name: ClassVar[str] = "non-sensitivity"
    title: ClassVar[str] = "Non-Sensitivity"
    order: ClassVar[int] = 510
    direction: ClassVar[Direction] = "lower"
    Parameters: ClassVar[type] = NonSensitivityParameters
    definition: ClassVar[str] = (
        "Share of at most 196 squares that the map leaves at 0 although the class's probability "
        "changes when they take the picture's mean colour, or that it lights up although nothing "
        "changes, in [0, 1]. As Quantus 0.6.0."
    )
    cost: ClassVar[str] = "At most 197 forward passes."
    citation: ClassVar[str] = (
        "Nguyen and Martínez, On Quantitative Aspects of Model Interpretability, 2020, "
        "arXiv 2007.07584"
    )

    def asks(self, settings: Any) -> tuple[int, int]:
        return 1 + settings.most, 0

    def measure(self, case: Case) -> float:
        values, eps = case.on_picture(), case.settings.eps
        shape = values.shape[0], values.shape[1]
        labels = blocks(shape, side_for(shape, case.settings.most))
        found = case.predict(_without(case, labels))
        peaks = np.zeros(labels.max() + 1)
        np.maximum.at(peaks, labels.ravel(), np.abs(values).ravel())
        return float(((peaks < eps) ^ (np.abs(found[1:] - found[0]) < eps)).mean())


def _without(case: Case, labels: np.ndarray) -> Iterator[Picture]:
    colour = case.mean_colour()
    yield case.replaced(labels < 0, colour)
    for number in range(labels.max() + 1):
        yield case.replaced(labels == number, colour)
