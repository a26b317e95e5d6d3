"""Pixels filled in from their neighbours, so that a hole does not look like one."""

from __future__ import annotations

import numpy as np
from jaxtyping import Bool, Float64

# A pixel is the mean of its eight neighbours; those beside it count twice as much as those at a
# corner (Rong et al. 2022, section 4).
WEIGHTS = {
    (row, column): (1 / 6 if 0 in (row, column) else 1 / 12)
    for row in (-1, 0, 1)
    for column in (-1, 0, 1)
    if (row, column) != (0, 0)
}


def imputed(
    picture: np.ndarray, gone: Bool[np.ndarray, "h w"]
) -> Float64[np.ndarray, "channels h w"]:
    """The picture `[C, h, w]` with the pixels that are gone solved from those that are left.

    Noisy linear imputation without its noise: each lost pixel is the weighted mean of its
    neighbours inside the picture, all of them at once. With nothing left every channel keeps its
    mean, since nothing determines it.
    """
    from scipy.sparse import csc_array
    from scipy.sparse.linalg import spsolve

    found = picture.astype(np.float64)
    if gone.all():
        found[:] = found.mean((1, 2), keepdims=True)
        return found
    if not gone.any():
        return found
    rows, columns = np.nonzero(gone)
    count = len(rows)
    number = np.full(gone.shape, -1)
    number[rows, columns] = np.arange(count)
    right, own = np.zeros((count, len(picture))), np.zeros(count)
    entries: list[tuple[np.ndarray, np.ndarray, np.ndarray]] = []
    for (down, across), weight in WEIGHTS.items():
        near = rows + down, columns + across
        inside = (near[0] >= 0) & (near[0] < gone.shape[0])
        inside &= (near[1] >= 0) & (near[1] < gone.shape[1])
        here, there = np.flatnonzero(inside), (near[0][inside], near[1][inside])
        own[here] += weight
        lost = gone[there]
        right[here[~lost]] += weight * found[:, there[0][~lost], there[1][~lost]].T
        others = number[there][lost]
        entries.append((here[lost], others, np.full(len(others), -weight)))
    entries.append((np.arange(count), np.arange(count), own))
    places = [np.concatenate(parts) for parts in zip(*entries, strict=True)]
    matrix = csc_array((places[2], (places[0], places[1])), shape=(count, count))
    found[:, rows, columns] = spsolve(matrix, right).reshape(count, len(picture)).T
    return found
