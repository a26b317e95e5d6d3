"""Infidelity: how badly the map tells what the score loses when a square is taken away."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from typing import Any, ClassVar

import numpy as np
from jaxtyping import Bool

from xai_core.base.parameters import parameter
from xai_core.scores.case import Case, Undefined
from xai_core.scores.metrics.base import METRICS, Direction, ModelMetric


@dataclass(frozen=True)
class InfidelityParameters:
    """Of Infidelity."""

    draws: int = parameter(
        100, "Squares that are drawn, one after another.", minimum=2, maximum=10_000, step=10
    )


@METRICS.register
class Infidelity(ModelMetric):
    """E[(β·Σ a over I − (f(x) − f(x without I)))²] / E[(f(x) − f(x without I))²], in [0, 1].

    Yeh et al. 2019, arXiv 1901.09392, with their square removal as I and their best factor β, at
    least 0: a canonical map has lost its scale. Over the square of the loss itself it has no unit,
    so that 1 is what a map of zeros gets. Quantus' Infidelity does not put a square back before it
    takes the next and knows no β; given the same squares, each by itself, both agree.
    """

    name: ClassVar[str] = "infidelity"
    title: ClassVar[str] = "Infidelity"
    order: ClassVar[int] = 140
    direction: ClassVar[Direction] = "lower"
    Parameters: ClassVar[type] = InfidelityParameters
    definition: ClassVar[str] = (
        "Squares of random size and place take the picture's mean colour. Squared error with which "
        "the map's sum over the square, times the best factor, tells the loss of the score, over "
        "the mean square of the loss, in [0, 1]: 0 tells it exactly, 1 not at all."
    )
    cost: ClassVar[str] = "101 forward passes."
    citation: ClassVar[str] = (
        "Yeh et al., On the (In)fidelity and Sensitivity of Explanations, NeurIPS 2019"
    )

    def asks(self, settings: Any) -> tuple[int, int]:
        return settings.draws + 1, 0

    def measure(self, case: Case) -> float:
        values, colour = case.on_picture(), case.mean_colour()
        which = (values.shape[0], values.shape[1]), case.settings.draws, case.seed
        masks = chain([np.zeros(values.shape, dtype=bool)], drawn(*which))
        scores = case.score(case.replaced(one, colour) for one in masks)
        losses = scores[0] - scores[1:]
        told = np.array([values[one].sum() for one in drawn(*which)])
        if not (losses**2).mean() > 0:
            raise Undefined("The score stays as it is whatever is taken away.")
        factor = max(0.0, float(told @ losses / (told @ told))) if told.any() else 0.0
        return float(((factor * told - losses) ** 2).mean() / (losses**2).mean())


def drawn(shape: tuple[int, int], count: int, seed: int) -> Iterator[Bool[np.ndarray, "h w"]]:
    """Squares inside a picture, their side from a tenth to a half of its shorter one."""
    rng, short = np.random.RandomState(seed), min(shape)
    for _ in range(count):
        side = rng.randint(max(1, short // 10), max(2, short // 2 + 1))
        top, left = rng.randint(shape[0] - side + 1), rng.randint(shape[1] - side + 1)
        one = np.zeros(shape, dtype=bool)
        one[top : top + side, left : left + side] = True
        yield one
