"""Several pictures as one: behind each other on the axis of channels, as large as the largest."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

import numpy as np

from xai_core.base.arrays import Inputs

Shape = tuple[int, int, int]
Shapes = Mapping[str, Shape]
Place = tuple[slice, slice, slice, slice]


def packed(pictures: Mapping[str, Inputs]) -> Inputs:
    """`[B, ΣC, max H, max W]`: below and right of a smaller one is its mean, which no layer sees
    and which leaves its mean and its range as they are.
    """
    height, width = (max(one.shape[axis] for one in pictures.values()) for axis in (2, 3))
    ends = ((0, height - one.shape[2], width - one.shape[3]) for one in pictures.values())
    several = zip(pictures.values(), ends, strict=True)
    return np.concatenate(
        [np.pad(one, [(0, 0), *((0, n) for n in end)], "mean") for one, end in several], 1
    )


def shapes_of(pictures: Mapping[str, Inputs]) -> dict[str, Shape]:
    """`(C, H, W)` of each."""
    return {name: (one.shape[1], one.shape[2], one.shape[3]) for name, one in pictures.items()}


def places(shapes: Iterable[Shape]) -> Iterator[Place]:
    """Where each lies in the packed one, in their order."""
    first = 0
    for channels, height, width in shapes:
        yield slice(None), slice(first, first + channels), slice(height), slice(width)
        first += channels
