"""The grid behind a layer's tokens, and which of the tokens lie on it."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator
from dataclasses import dataclass

import numpy as np

from xai_core.attribution.layers.answers import Answers
from xai_core.attribution.layers.tokens.order import Grid, Order, found_order, order_agreement

OTHERS = 8  # a class token, a distillation token, a few registers
PLACES = 3  # cells for each other token, at least: few cells agree with many readings by chance
MANY = 16  # cells from which on an order of its own is told from chance
FINE = 4  # pixels of a cell, at least, for such an order to be searched
CLOSE = 0.02  # of two agreements
CLEAR = 0.8  # agreement that needs no second witness


@dataclass(frozen=True)
class TokenGrid:
    """Tokens `prefix` to `prefix + h·w` of a layer are the cells of the picture, in that order.

    agreement: with what the tokens were seen to answer to, in [-1, 1]. length: all tokens.
    """

    grid: Grid
    prefix: int
    order: Order = ()
    agreement: float = 0.0
    length: int = 0


def token_grid(
    seen: Answers, picture: Grid, known: Collection[Grid], others: int = OTHERS
) -> TokenGrid | None:
    """The grid and the order that agree best with what `L` tokens answer to; None without a fit.

    Of readings that agree alike the one that leaves out the fewest tokens is taken: without its
    first row a map agrees too.

    Args:
        picture: (H, W) of the input. known: grids of other layers; beside them those are tried
            whose cells have the picture's proportions.
        others: how many tokens may lie on no cell.
    """
    readings = [
        witnessed(seen, TokenGrid(grid, prefix))
        for grid in _grids(seen.rows.size, picture, known, others)
        for prefix in range(seen.rows.size - math.prod(grid) + 1)
    ]
    if not any(one.agreement >= CLEAR for one in readings):
        most = math.prod(picture) // FINE
        many = [one for one in readings if MANY <= math.prod(one.grid) <= most]
        orders = [(one, found_order(_of(seen, one), one.grid)) for one in many]
        readings += [
            witnessed(seen, TokenGrid(one.grid, one.prefix, order))
            for one, order in orders
            if order
        ]
    best = max((one.agreement for one in readings), default=0.0)
    alike = [one for one in readings if one.agreement >= best - CLOSE]
    return max(alike, key=lambda one: (math.prod(one.grid), one.agreement), default=None)


def witnessed(seen: Answers, reading: TokenGrid) -> TokenGrid:
    """The reading with its agreement."""
    score = order_agreement(_of(seen, reading), reading.order, reading.grid)
    return TokenGrid(reading.grid, reading.prefix, reading.order, score, seen.rows.size)


def _of(seen: Answers, reading: TokenGrid) -> Answers:
    """A token that does not answer counts as one that answers to the whole picture."""
    cut = slice(reading.prefix, reading.prefix + math.prod(reading.grid))
    rows, columns = seen.rows.ravel()[cut], seen.columns.ravel()[cut]
    return Answers(rows, columns, np.ones(rows.shape, bool))


def _grids(length: int, picture: Grid, known: Collection[Grid], others: int) -> Iterator[Grid]:
    """Of at most `length` cells, and so many that few tokens are left over."""
    tried = set()
    for grid in (*known, *_proportioned(length, picture)):
        cells = math.prod(grid)
        if grid not in tried and 0 <= length - cells <= min(others, cells // PLACES):
            tried.add(grid)
            yield grid


def _proportioned(length: int, picture: Grid) -> Iterator[Grid]:
    for cells in range(max(4, length - OTHERS), length + 1):
        for height in range(2, cells // 2 + 1):
            if cells % height == 0 and fits((height, cells // height), picture):
                yield height, cells // height


def fits(grid: Grid, picture: Grid) -> bool:
    """Whether some stride, the same both ways, gives this grid, however it was rounded."""
    strides = [
        (side / (cells + 1), side / (cells - 1) if cells > 1 else math.inf)
        for side, cells in zip(picture, grid, strict=True)
    ]
    low, high = max(one[0] for one in strides), min(one[1] for one in strides)
    return low < high and high > 1
