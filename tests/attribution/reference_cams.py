"""Class activation maps once more: slow, plain, place by place. What the methods are compared with.

Each takes one layer's values `[K, h, w]`, and d score / d them where it needs that, in NumPy.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


def plus_plus(values: Array, slope: Array) -> Array:
    """Chattopadhay et al. 2018, equations 9 to 11 and 19."""
    total = np.zeros(values.shape[1:])
    for channel, gradient in zip(values, slope, strict=True):
        weight = 0.0
        for one in gradient.ravel():
            below = 2 * one**2 + channel.sum() * one**3
            if one and below:
                weight += one**2 / below * max(one, 0)
        total += weight * channel
    return total


def xgrad(values: Array, slope: Array) -> Array:
    """Fu et al. 2020, equation 9."""
    total = np.zeros(values.shape[1:])
    for channel, gradient in zip(values, slope, strict=True):
        if abs(channel.sum()) > 1e-7:
            total += (gradient * channel).sum() / channel.sum() * channel
    return total


def hires(values: Array, slope: Array) -> Array:
    """Draelos & Carin 2020."""
    return sum((g * a for a, g in zip(values, slope, strict=True)), np.zeros(values.shape[1:]))


def layered(values: Array, slope: Array) -> Array:
    """Jiang et al. 2021, equations 6 and 7."""
    pairs = zip(values, slope, strict=True)
    return sum((np.maximum(g, 0) * a for a, g in pairs), np.zeros(values.shape[1:]))


def eigen(values: Array) -> Array:
    """Muhammad & Yeasin 2020, by the eigenvectors of Kᵀ K instead of a decomposition."""
    flat = values.reshape(len(values), -1).T
    strengths, directions = np.linalg.eigh(flat.T @ flat)
    shown = (flat @ directions[:, strengths.argmax()]).reshape(values.shape[1:])
    return shown if shown.sum() >= 0 else -shown


def ablated(values: Array, score: Callable[[Array], float]) -> Array:
    """Ramaswamy & Desai 2020, equation 5, by the size of the score.

    Args:
        score: of the rest of the network on changed values.
    """
    whole, total = score(values), np.zeros(values.shape[1:])
    for number in range(len(values)):
        without = values.copy()
        without[number] = 0
        total += (whole - score(without)) / abs(whole) * values[number]
    return total


def scored(values: Array, masks: Sequence[Array], score: Callable[[Array], float]) -> Array:
    """Wang et al. 2020, algorithm 1.

    Args:
        masks: of each channel, upsampled and rescaled. score: of the picture times a mask.
    """
    rises = np.array([score(mask) - score(0 * mask) for mask in masks])
    weights = np.exp(rises - rises.max()) / np.exp(rises - rises.max()).sum()
    return (weights[:, None, None] * values).sum(0)
