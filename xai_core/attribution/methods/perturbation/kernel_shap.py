"""KernelSHAP: Shapley values of superpixels, by a weighted linear regression."""

from __future__ import annotations

from itertools import product

import numpy as np
from numpy.typing import NDArray

from xai_core.attribution.hiding.baselines import count_of_covers
from xai_core.attribution.hiding.hidden import ERROR, ByHiding, relative
from xai_core.attribution.hiding.superpixels import (
    Floats,
    SuperpixelParameters,
    painted,
    segments_of_each,
    shown_scores,
)
from xai_core.attribution.methods.base import METHODS, SHARE, RawMap, Task


@METHODS.register
class KernelShap(ByHiding):
    """What each superpixel adds to the score, over all orders of adding them, `[1, 1, H, W]`.

    Lundberg & Lee 2017, arXiv 1705.07874, theorem 2: the regression whose weights are
    (M − 1) / (C(M, k) k (M − k)) and which is exact with none and with all shown; sets are drawn by
    these weights, each with what it leaves out (Covert & Lee 2021, arXiv 2012.01536). Where all
    sets are within the samples, all are taken, and the values are exact.
    """

    name = "kernel-shap"
    title = "KernelSHAP"
    order = 112
    signed = True
    unit = SHARE
    summary = "What each superpixel adds to the score, whatever else is shown; they add up to it."
    citation = "Lundberg & Lee, 2017, arXiv 1705.07874"
    Parameters = SuperpixelParameters

    def attribute(self, task: Task) -> RawMap:
        parts = segments_of_each(task)
        count, budget = int(parts.max()) + 1, task.parameters.samples
        shown, weights = _coalitions(count, budget - 2, np.random.default_rng(task.seed))
        ends = np.array([[False] * count, [True] * count])
        empty, full, *rest = shown_scores(task, parts, np.concatenate([ends, shown]))
        task.scorer.meter.advance((budget - len(shown) - 2) * count_of_covers(task.parameters))
        values, error = _fitted(shown, np.array(rest) - empty, weights, full - empty)
        told = {"segments": count, ERROR: relative(error, values)}
        return RawMap(painted(values, parts, task.inputs), chosen=told)

    def samples(self, parameters: SuperpixelParameters, shape: tuple[int, int, int]) -> int:
        return parameters.samples * count_of_covers(parameters)


def _coalitions(
    count: int, budget: int, random: np.random.Generator
) -> tuple[NDArray[np.bool_], Floats]:
    """Sets `[n, M]` with 1 to M − 1 members, and the weight of each."""
    if count == 1:
        return np.zeros((0, 1), bool), np.zeros(0)
    sizes = np.arange(1, count)
    kernel = (count - 1) / (sizes * (count - sizes))  # of all sets of a size together
    if 2**count - 2 <= budget:
        every = np.array(list(product([False, True], repeat=count)), bool)[1:-1]
        members = every.sum(1)
        return every, kernel[members - 1] / np.array([_choose(count, k) for k in members])
    drawn = random.choice(sizes, budget // 2, p=kernel / kernel.sum())
    order = random.random((len(drawn), count)).argsort(1).argsort(1)
    half = order < drawn[:, None]
    return np.concatenate([half, ~half]), np.ones(2 * len(half))


def _fitted(
    shown: NDArray[np.bool_], rises: Floats, weights: Floats, total: float
) -> tuple[Floats, Floats]:
    """Values `[M]` that add up to `total`, and their standard errors.

    The last one is what the others leave, which makes the sum exact.
    """
    last = shown[:, -1:].astype(float)
    if shown.shape[1] == 1:
        return np.array([total]), np.zeros(1)
    matrix, wanted = shown[:, :-1] - last, rises - total * last[:, 0]
    inverse = np.linalg.pinv(matrix.T @ (weights[:, None] * matrix))
    first = inverse @ (matrix.T @ (weights * wanted))
    values = np.append(first, total - first.sum())
    if len(shown) == 2 ** shown.shape[1] - 2:
        return values, np.zeros_like(values)  # all sets: nothing was drawn
    half = len(shown) // 2  # a set and what it leaves out were drawn together
    each = matrix * (weights * (wanted - matrix @ first))[:, None]
    pairs = each[:half] + each[half:]
    spread = inverse @ (pairs.T @ pairs) @ inverse
    errors = np.sqrt(np.append(np.diag(spread), spread.sum()).clip(0))
    return values, errors


def _choose(count: int, members: int) -> int:
    from math import comb

    return comb(count, int(members))
