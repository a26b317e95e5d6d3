"""Metrics of faithfulness once more: slow, plain, next to their papers."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

Predict = Callable[[np.ndarray], float]
Places = Sequence[tuple[int, int]]


def in_turn(
    start: np.ndarray, end: np.ndarray, order: Places, steps: int, predict: Predict
) -> list[float]:
    """The score while pixel after pixel of `end` comes into `start` [C, h, w], all at last."""
    now, curve = start.copy(), [predict(start)]
    size = -(-len(order) // steps)
    for number, (row, column) in enumerate(order, 1):
        now[:, row, column] = end[:, row, column]
        if number % size == 0 or number == len(order):
            curve.append(predict(now))
    return curve


def regions(
    x: np.ndarray, values: np.ndarray, side: int, count: int, predict: Predict
) -> list[float]:
    """Samek et al. 2017: the score after each of the brightest squares took the mean colour."""
    corners = [
        (top, left)
        for top in range(0, values.shape[0], side)
        for left in range(0, values.shape[1], side)
    ]

    def held(corner: tuple[int, int]) -> float:
        return float(values[corner[0] :, corner[1] :][:side, :side].sum())

    now, curve = x.copy(), [predict(x)]
    for top, left in sorted(corners, key=held, reverse=True)[:count]:
        now[:, top : top + side, left : left + side] = x.mean((1, 2))[:, None, None]
        curve.append(predict(now))
    return curve


def imputed(x: np.ndarray, gone: np.ndarray, rounds: int = 4000) -> np.ndarray:
    """Rong et al. 2022: lost pixels as the weighted mean of their neighbours, by iteration."""
    now = np.where(gone, x.mean(), x).astype(np.float64)
    for _ in range(rounds):
        for row, column in np.argwhere(gone):
            total, weights = np.zeros(len(x)), 0.0
            for down in (-1, 0, 1):
                for across in (-1, 0, 1):
                    near = row + down, column + across
                    if (down, across) == (0, 0) or min(near) < 0:
                        continue
                    if near[0] >= gone.shape[0] or near[1] >= gone.shape[1]:
                        continue
                    weight = 1 / 6 if 0 in (down, across) else 1 / 12
                    total += weight * now[:, near[0], near[1]]
                    weights += weight
            now[:, row, column] = total / weights
    return now


def infidelity(told: Sequence[float], losses: Sequence[float]) -> float:
    """Yeh et al. 2019, equation 1 and the best factor of appendix A, over that of a map of 0."""
    beta = sum(s * d for s, d in zip(told, losses, strict=True)) / sum(s * s for s in told)
    beta = max(beta, 0.0)
    missed = sum((beta * s - d) ** 2 for s, d in zip(told, losses, strict=True))
    return missed / sum(d * d for d in losses)


def factor(told: np.ndarray, losses: np.ndarray) -> float:
    """Of the same."""
    return max(0.0, float((told * losses).sum() / (told**2).sum()))


def alike(maps: np.ndarray, classes: Sequence[int], threshold: float) -> list[float]:
    """Dasgupta et al. 2022: of those with a like map, the share with the same class."""
    flat = maps.reshape(len(maps), -1)
    spread = flat.var(0, ddof=1)
    away = np.sqrt((((flat[:, None] - flat[None]) ** 2) / spread).sum(-1))
    found = []
    for i in range(len(maps)):
        near = [j for j in range(len(maps)) if j != i and away[i, j] <= threshold * away.max()]
        same = sum(classes[j] == classes[i] for j in near)
        found.append(same / len(near) if near else float("nan"))
    return found
