"""Path methods once more: slow and plain."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter

Array = NDArray[np.float64]
Slope = Callable[[Array], Array]


def blurred_way(x: Array, slope: Slope, steps: int, top: float) -> Array:
    """Xu et al. 2020, as a sum over many small steps."""
    total = np.zeros_like(x)
    for number in range(steps):
        ends = [top * (1 - (number + more) / steps) for more in (0, 1)]
        before, after = (gaussian_filter(x, (0, 0, end, end), mode="reflect") for end in ends)
        total += slope((before + after) / 2) * (after - before)
    return total


def guided_way(
    x_end: Array, x_start: Array, slope: Slope, steps: int, part: float, far: float
) -> Array:
    """Kapishnikov et al. 2021, algorithm 1, on flat arrays."""
    shape = x_end.shape
    end, start = x_end.ravel(), x_start.ravel()
    x, total, whole = start.copy(), np.zeros(end.size), np.abs(end - start).sum()
    for number in range(1, steps + 1):
        actual = slope(x.reshape(shape)).ravel()
        guide = np.abs(actual)
        lowest, highest = max(number / steps - far, 0), min(number / steps + far, 1)
        goal = whole * (1 - number / steps)
        gamma = np.inf
        while gamma > 1:
            old = x.copy()
            done = np.where(
                end == start, highest, (x - start) / np.where(end == start, 1, end - start)
            )
            x = np.where(done < lowest - 1e-9, start + lowest * (end - start), x)
            now = np.abs(x - end).sum()
            if now <= goal + 1e-9 * whole:
                total += (x - old) * actual
                break
            top = start + highest * (end - start)
            guide[np.isclose(x, top, rtol=0, atol=1e-12)] = np.inf
            limit = np.sort(guide)[int(np.floor(part * (guide.size - 1)))]
            chosen = (guide <= limit) & np.isfinite(guide)
            way = (np.abs(x - top) * chosen).sum()
            gamma = (now - goal) / way if way > 0 else np.inf
            x = np.where(chosen, top if gamma > 1 else x + gamma * (top - x), x)
            total += (x - old) * actual
            if way == 0:
                break
    return total.reshape(shape)
