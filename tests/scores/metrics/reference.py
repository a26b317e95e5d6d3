"""Every metric once more: slow, plain, next to its paper."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise

import numpy as np

Predict = Callable[[np.ndarray], float]


def flipping_curve(
    predict: Predict, x: np.ndarray, order: Sequence[tuple[int, int]], step: int
) -> list[float]:
    """Bach et al. 2015: the score after each `step` pixels of `order` took the mean colour."""
    flipped, mean, curve = x.copy(), x.mean((2, 3))[0], []
    for start in range(0, len(order), step):
        for row, column in order[start : start + step]:
            flipped[0, :, row, column] = mean
        curve.append(predict(flipped))
    return curve


def mean_height(curve: Sequence[float]) -> float:
    """By the trapezoidal rule."""
    return sum((a + b) / 2 for a, b in pairwise(curve)) / (len(curve) - 1)


def sensitivity(
    explain: Callable[[np.ndarray], np.ndarray], x: np.ndarray, radius: float, draws: int, seed: int
) -> float:
    """Yeh et al. 2019, the mean over draws instead of their maximum."""
    rng, values, found = np.random.RandomState(seed), explain(x), []
    for _ in range(draws):
        noise = rng.uniform(-radius, radius, size=(1, x.size)).reshape(x.shape)
        other = explain((x + noise).astype(np.float32))
        found.append(np.sqrt(((other - values) ** 2).sum()) / np.sqrt((values**2).sum()))
    return float(np.mean(found))


def similarity(first: np.ndarray, second: np.ndarray, side: int = 7) -> float:
    """Wang et al. 2004, equation 13: the mean over all whole windows, with unbiased variances."""
    span = max(first.max(), second.max()) - min(first.min(), second.min())
    small, smaller = (0.01 * span) ** 2, (0.03 * span) ** 2
    found = []
    for row in range(first.shape[0] - side + 1):
        for column in range(first.shape[1] - side + 1):
            a, b = (one[row:, column:][:side, :side].ravel() for one in (first, second))
            (aa, ab), (_, bb) = np.cov(a, b)
            light = (2 * a.mean() * b.mean() + small) / (a.mean() ** 2 + b.mean() ** 2 + small)
            found.append(light * (2 * ab + smaller) / (aa + bb + smaller))
    return float(np.mean(found))


def compactness(points: np.ndarray, diagonal: float) -> float:
    """Mesgari et al. 2026: Prim's algorithm over all pairs, the hull by gift wrapping."""
    tree, away = 0.0, np.linalg.norm(points - points[0], axis=1)
    left = set(range(1, len(points)))
    while left:
        nearest = min(left, key=lambda index: away[index])
        tree += away[nearest]
        left.remove(nearest)
        away = np.minimum(away, np.linalg.norm(points - points[nearest], axis=1))
    return float(100 * diagonal * len(points) / (tree * np.sqrt(hull_area(points))))


def hull_area(points: np.ndarray) -> float:
    """Area of the convex hull: Jarvis' march, then the shoelace formula."""
    start = min(map(tuple, points))
    corners, here = [], start
    while not corners or here != start:
        corners.append(here)
        following = here
        for other in map(tuple, points):
            turn = _turn(here, following, other)
            if following == here or turn < 0 or (turn == 0 and _far(here, other, following)):
                following = other
        here = following
    pairs = zip(corners, corners[1:] + corners[:1], strict=True)
    return abs(sum(a[0] * b[1] - a[1] * b[0] for a, b in pairs)) / 2


def _turn(a: tuple[float, ...], b: tuple[float, ...], c: tuple[float, ...]) -> float:
    return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])


def _far(a: tuple[float, ...], b: tuple[float, ...], c: tuple[float, ...]) -> bool:
    return np.hypot(b[0] - a[0], b[1] - a[1]) > np.hypot(c[0] - a[0], c[1] - a[1])
