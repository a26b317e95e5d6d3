"""LIME: a linear model of the score near the picture, over superpixels."""

from __future__ import annotations

import numpy as np

from xai_core.attribution.hiding.baselines import count_of_covers
from xai_core.attribution.hiding.hidden import ERROR, ByHiding, relative
from xai_core.attribution.hiding.superpixels import (
    Floats,
    SuperpixelParameters,
    painted,
    segments_of_each,
    shown_scores,
)
from xai_core.attribution.methods.base import METHODS, RawMap, Task

WIDTH, RIDGE = 0.25, 1.0  # of the authors' own code for pictures


@METHODS.register
class Lime(ByHiding):
    """The slopes of a ridge regression of the score on which superpixels are shown, `[1, 1, H, W]`.

    Ribeiro et al. 2016, arXiv 1602.04938, with the choices of the authors' code for pictures: each
    superpixel is shown with probability ½, weights are √exp(−d² / 0.25²) of the cosine distance d
    to the whole picture, and the penalty is 1.
    """

    name = "lime"
    title = "LIME"
    order = 113
    signed = True
    summary = "Which superpixels raise the score in a linear model of it near the picture."
    citation = "Ribeiro et al., 2016, arXiv 1602.04938"
    Parameters = SuperpixelParameters

    def attribute(self, task: Task) -> RawMap:
        parts = segments_of_each(task)
        count = int(parts.max()) + 1
        shown = np.random.default_rng(task.seed).random((task.parameters.samples, count)) < 0.5
        shown[0] = True
        found = shown_scores(task, parts, shown)
        values, error = fitted(shown.astype(float), found)
        told = {"segments": count, ERROR: relative(error, values)}
        return RawMap(painted(values, parts, task.inputs), chosen=told)

    def samples(self, parameters: SuperpixelParameters, shape: tuple[int, int, int]) -> int:
        return parameters.samples * count_of_covers(parameters)


def fitted(shown: Floats, scores: Floats) -> tuple[Floats, Floats]:
    """Slopes `[M]` of `[n, M]` and `[n]`, and their standard errors."""
    distance = 1 - np.sqrt(shown.mean(1))  # the cosine of 0s and 1s with all ones
    weights = np.sqrt(np.exp(-(distance**2) / WIDTH**2))
    means = weights @ shown / weights.sum(), weights @ scores / weights.sum()
    matrix, wanted = shown - means[0], scores - means[1]
    inverse = np.linalg.inv(matrix.T @ (weights[:, None] * matrix) + RIDGE * np.eye(shown.shape[1]))
    values = inverse @ (matrix.T @ (weights * wanted))
    each = matrix * (weights * (wanted - matrix @ values))[:, None]
    spread = inverse @ (each.T @ each) @ inverse
    return values, np.sqrt(np.diag(spread).clip(0))
