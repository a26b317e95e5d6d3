"""Sensitivity-n: whether a map's sum over n pixels tells what the score loses without them."""

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

LEAST, MOST = 0.01, 0.8  # of all pixels


@dataclass(frozen=True)
class SensitivityNParameters:
    """Of Sensitivity-n."""

    sizes: int = parameter(
        5, "How many n, from 1% to 80% of the pixels in equal factors.", minimum=1, maximum=50
    )
    draws: int = parameter(20, "Sets of n pixels that are drawn.", minimum=3, maximum=1000)


@METRICS.register
class SensitivityN(ModelMetric):
    """Mean over n of Pearson's correlation of Σ a over n pixels and f(x) − f(x without them).

    Ancona et al. 2018, arXiv 1711.06104: for each n, random sets of one picture. Quantus' metric of
    this name takes one set for each n, the brightest, and correlates over the pictures of a batch,
    which is none for one picture. Departure: a pixel takes the picture's mean colour, not 0.
    """

    name: ClassVar[str] = "sensitivity-n"
    title: ClassVar[str] = "Sensitivity-n"
    order: ClassVar[int] = 150
    direction: ClassVar[Direction] = "higher"
    Parameters: ClassVar[type] = SensitivityNParameters
    definition: ClassVar[str] = (
        "Correlation (Pearson) of the map's sum over n random pixels and what the score loses when "
        "these take the picture's mean colour; mean over five n from 1% to 80% of the pixels, 20 "
        "draws each, in [−1, 1]."
    )
    cost: ClassVar[str] = "101 forward passes."
    citation: ClassVar[str] = (
        "Ancona, Ceolini, Öztireli and Gross, Towards Better Understanding of Gradient-based "
        "Attribution Methods for Deep Neural Networks, ICLR 2018"
    )

    def asks(self, settings: Any) -> tuple[int, int]:
        return 1 + settings.sizes * settings.draws, 0

    def measure(self, case: Case) -> float:
        values, colour, settings = case.on_picture(), case.mean_colour(), case.settings
        shape = (values.shape[0], values.shape[1])
        which = shape, settings.sizes, settings.draws, case.seed
        masks = chain([np.zeros(shape, dtype=bool)], drawn(*which))
        scores = case.score(case.replaced(one, colour) for one in masks)
        losses = (scores[0] - scores[1:]).reshape(settings.sizes, settings.draws)
        told = np.array([values[one].sum() for one in drawn(*which)]).reshape(losses.shape)
        found = [_correlation(*pair) for pair in zip(told, losses, strict=True)]
        if not np.isfinite(found).any():
            raise Undefined(
                "The map is flat, so that all sets weigh the same."
                if np.ptp(values) == 0
                else "The score stays as it is whatever is taken away."
            )
        return float(np.nanmean(found))


def drawn(
    shape: tuple[int, int], sizes: int, draws: int, seed: int
) -> Iterator[Bool[np.ndarray, "h w"]]:
    """Sets of pixels, the smallest first."""
    rng, count = np.random.RandomState(seed), shape[0] * shape[1]
    for share in np.geomspace(LEAST, MOST, sizes):
        for _ in range(draws):
            one = np.zeros(count, dtype=bool)
            one[rng.choice(count, max(1, round(share * count)), replace=False)] = True
            yield one.reshape(shape)


def _correlation(one: np.ndarray, other: np.ndarray) -> float:
    first, second = one - one.mean(), other - other.mean()
    # Sums of equal numbers in another order differ by rounding, which is no spread.
    if np.ptp(one) <= 1e-9 * np.abs(one).max() or np.ptp(other) <= 1e-9 * np.abs(other).max():
        return float("nan")
    return float(first @ second / np.sqrt((first @ first) * (second @ second)))
