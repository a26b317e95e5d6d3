"""In which order a layer's tokens lie on the picture.

Tokens are cut from a map by reshaping and permuting, so a token's number is written in digits of
which each counts rows or columns: row by row all row digits come first; windows, blocks and the
unrolled masks of Hiera (Ryali et al. 2023, arXiv 2306.00989) mix them.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from functools import cache

import numpy as np
from numpy.typing import NDArray

from xai_core.attribution.capabilities import Digit
from xai_core.attribution.layers.answers import Answers, Floats

MOST = 1000  # arrangements of digits that are tried
EVEN = 1.6  # how far the steps that were seen may be from those of the order
ALIKE = 0.25  # of the spread along the other axis
Order = tuple[Digit, ...]
Grid = tuple[int, int]


def places(order: Order, grid: Grid) -> NDArray[np.int64]:
    """`[N, 2]`: the row and the column of each token; no order is row by row."""
    digits = order or ((0, grid[0], 1), (1, grid[1], 1))
    sizes = [size for _, size, _ in digits]
    numbers = np.indices(sizes).reshape(len(sizes), -1)
    found = np.zeros((2, numbers.shape[1]), np.int64)
    for (axis, _, unit), counted in zip(digits, numbers, strict=True):
        found[axis] += unit * counted
    return found.T


def row_by_row(order: Order, grid: Grid) -> NDArray[np.int64]:
    """`[N]`: which token belongs to each cell, row by row."""
    rows, columns = places(order, grid).T
    return np.argsort(rows * grid[1] + columns, kind="stable")


def agreement(seen: Answers, rows: Floats, columns: Floats) -> float:
    """How well places agree with what they answer to: the lower of two correlations, of rows and
    of columns, in [-1, 1]. 0 where there is nothing to compare.

    Along an axis of one place there is no correlation; all must answer to its whole length alike.
    """
    asked, spreads, still = [], [], []
    for found, given in ((seen.rows, rows), (seen.columns, columns)):
        one = found[seen.alive]
        if given.size and given.max() > given.min():
            asked.append(_correlation(one, given[seen.alive]))
            spreads.append(one.std() if one.size else 0.0)
        else:
            still.append(one.std() if one.size else 0.0)
    if not asked or any(spread > ALIKE * max(spreads) for spread in still):
        return 0.0
    return min(asked)


def order_agreement(seen: Answers, order: Order, grid: Grid) -> float:
    """The agreement of tokens that lie in this order."""
    rows, columns = places(order, grid).T.astype(np.float64)
    return agreement(seen, rows, columns)


def found_order(seen: Answers, grid: Grid) -> Order:
    """The order of digits that agrees best with what the tokens answer to; empty for none."""
    best: Order = ()
    least = 0.0
    for sizes in _arrangements(math.prod(grid)):
        order = _order(seen, sizes, grid)
        score = order_agreement(seen, order, grid) if order else 0.0
        if score > least:
            best, least = order, score
    return best


def _order(seen: Answers, sizes: Sequence[int], grid: Grid) -> Order:
    """Digits of these sizes, each along the axis on which its steps are seen."""
    steps = np.array([_steps(seen.rows, sizes), _steps(seen.columns, sizes)])  # [2, digits]
    axes = np.abs(steps * np.array(grid)[:, None]).argmax(0)
    units = [0] * len(sizes)
    for axis in (0, 1):
        unit = 1
        own = [int(digit) for digit in np.argsort(steps[axis]) if axes[digit] == axis]
        for digit in own:  # the longer a digit's step, the more cells it stands for
            units[digit] = unit
            unit *= sizes[digit]
        if unit != grid[axis] or not _even([(steps[axis, one], units[one]) for one in own]):
            return ()
    return tuple(
        (int(axis), size, unit) for axis, size, unit in zip(axes, sizes, units, strict=True)
    )


def _even(steps: Sequence[tuple[float, int]]) -> bool:
    """Whether each digit's step is as long as its unit says, measured by all of them: one that
    is half or twice as long belongs to another digit.
    """
    if any(step <= 0 for step, _ in steps):
        return False
    lengths = [step / unit for step, unit in steps]
    middle = float(np.median(lengths)) if lengths else 1.0
    return all(middle / EVEN < length < middle * EVEN for length in lengths)


def _steps(values: Floats, sizes: Sequence[int]) -> Floats:
    """How much the value grows with one step of each digit, over all tokens."""
    table = values.reshape(sizes)
    found = []
    for axis, size in enumerate(sizes):
        others = tuple(one for one in range(len(sizes)) if one != axis)
        counted = np.arange(size) - (size - 1) / 2
        found.append(float((counted * table.mean(others)).sum() / (counted * counted).sum()))
    return np.array(found)


@cache
def _arrangements(count: int) -> tuple[tuple[int, ...], ...]:
    factors, rest = [], count
    for prime in range(2, count + 1):
        while rest % prime == 0:
            factors.append(prime)
            rest //= prime
        if rest == 1:
            break
    found = []
    for sizes in _orderings(tuple(sorted(factors))):
        found.append(sizes)
        if len(found) == MOST:
            break
    return tuple(found)


def _orderings(factors: tuple[int, ...]) -> Iterator[tuple[int, ...]]:
    """Each different ordering once."""
    if not factors:
        yield ()
    for first in sorted(set(factors)):
        rest = list(factors)
        rest.remove(first)
        for more in _orderings(tuple(rest)):
            yield (first, *more)


def _correlation(found: Floats, given: Floats) -> float:
    if len(found) < 2:
        return 0.0
    found, given = found - found.mean(), given - given.mean()
    # Not by `@`: for vectors this short, NumPy's threads cost more than they save.
    scale = math.sqrt(float((found * found).sum()) * float((given * given).sum()))
    return float((found * given).sum()) / scale if scale else 0.0
