"""Monotonicity Correlation: whether the score varies more with the pixels that a map calls more."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from xai_core.base.parameters import parameter
from xai_core.scores.case import Case, Picture, Undefined
from xai_core.scores.metrics.base import METRICS, Direction, ModelMetric
from xai_core.scores.perturbation.pixels import brightest_first


@dataclass(frozen=True)
class MonotonicityCorrelationParameters:
    """Of Monotonicity Correlation."""

    groups: int = parameter(
        20, "Groups of pixels, from the darkest to the brightest.", minimum=3, maximum=1000
    )
    draws: int = parameter(5, "Pictures that are drawn for each group.", minimum=1, maximum=1000)


@METRICS.register
class MonotonicityCorrelation(ModelMetric):
    """Spearman's correlation over groups of pixels: Σ a, and E[(f(x) − f(x, group redrawn))²].

    Nguyen and Martínez 2020, arXiv 2007.07584, as Quantus' Monotonicity-Correlation: pixels are
    redrawn evenly between the picture's lowest and highest value. Quantus' factor 1 / f(x)² is the
    same for all groups and changes no rank.
    """

    name: ClassVar[str] = "monotonicity-correlation"
    title: ClassVar[str] = "Monotonicity Correlation"
    order: ClassVar[int] = 170
    direction: ClassVar[Direction] = "higher"
    Parameters: ClassVar[type] = MonotonicityCorrelationParameters
    definition: ClassVar[str] = (
        "The pixels in 20 groups by the map's value. Rank correlation (Spearman) of the map's sum "
        "over a group and the mean squared change of the class's probability when the group's "
        "pixels are drawn anew, 5 draws each, in [−1, 1]. As Quantus 0.6.0."
    )
    cost: ClassVar[str] = "101 forward passes."
    citation: ClassVar[str] = (
        "Nguyen and Martínez, On Quantitative Aspects of Model Interpretability, 2020, "
        "arXiv 2007.07584"
    )

    def asks(self, settings: Any) -> tuple[int, int]:
        return 1 + settings.groups * settings.draws, 0

    def measure(self, case: Case) -> float:
        from scipy.stats import spearmanr

        values = case.on_picture()
        groups = grouped(brightest_first(case)[::-1], values.shape, case.settings.groups)
        found = case.predict(_redrawn(case, groups))
        changes = (found[1:] - found[0]).reshape(len(groups), case.settings.draws)
        varied = (changes**2).mean(1)
        told = np.array([values[one].sum() for one in groups])
        if len(groups) < 2 or np.ptp(told) == 0:
            raise Undefined("The map is flat, so that all groups weigh the same.")
        if np.ptp(varied) == 0:
            raise Undefined("The score varies with every group alike.")
        return float(spearmanr(told, varied).statistic)


def grouped(order: np.ndarray, shape: tuple[int, ...], count: int) -> list[np.ndarray]:
    """Masks of so many pixels each, in the order given; the last may be smaller."""
    size, found = -(-order.size // count), []
    for start in range(0, order.size, size):
        one = np.zeros(order.size, dtype=bool)
        one[order[start : start + size]] = True
        found.append(one.reshape(shape))
    return found


def _redrawn(case: Case, groups: list[np.ndarray]) -> Iterator[Picture]:
    part = case.picture()[0]
    low, high, draws = part.min(), part.max(), np.random.RandomState(case.seed)
    yield case.replaced(np.zeros(part.shape[1:], dtype=bool), 0)
    for group in groups:
        for _ in range(case.settings.draws):
            yield case.replaced(group, draws.uniform(low, high, part.shape))
