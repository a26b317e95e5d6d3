"""A batch of tensors that are one and the same but for a rectangle in each."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

import torch
from torch import Tensor

Corner = tuple[int, int]


@dataclass(eq=False)
class Patched:
    """Sample i is `base` with `values[i]` written over it at `corners[i]`.

    Attributes:
        base: `[1, C, H, W]`. values: `[B, C, h, w]`. corners: `(top, left)` of each sample.
    """

    base: Tensor
    values: Tensor
    corners: Sequence[Corner]

    @property
    def sides(self) -> Corner:
        """`(h, w)` of the rectangles."""
        return self.values.shape[2], self.values.shape[3]

    @property
    def whole(self) -> bool:
        """Whether the rectangles cover everything."""
        return self.sides == tuple(self.base.shape[2:])

    @property
    def norm(self) -> float:
        """The most that the Euclidean norm of the batch can be; NaN where a number is none."""
        kept, written = (float(torch.linalg.vector_norm(one)) for one in (self.base, self.values))
        return math.hypot(written, kept * math.sqrt(len(self.values)))

    def become(self, other: Patched) -> None:
        """Hold the same as `other`."""
        self.base, self.values, self.corners = other.base, other.values, other.corners

    def fill(self) -> None:
        """Make the rectangles cover everything."""
        if not self.whole:
            height, width = self.base.shape[2:]
            corners = [(0, 0)] * len(self.corners)
            self.values = self.windows(self.base, corners, (height, width))
            self.corners = corners

    def windows(
        self, base: Tensor, corners: Sequence[Corner], sides: Corner, border: int | Corner = 0
    ) -> Tensor:
        """What each sample holds in a window of its own, `[B, C, *sides]`.

        Args:
            base: `self.base`, with so many rows and columns around it as `border` says.
            corners: of the windows, counted in this larger `base`.
        """
        down, across = (border, border) if isinstance(border, int) else border
        own = [(top + down, left + across) for top, left in self.corners]
        if sides == self.sides and own == list(corners):
            return self.values
        channels_last = self.values.is_contiguous(memory_format=torch.channels_last)
        layout = torch.channels_last if channels_last else torch.contiguous_format
        shape = (len(own), base.shape[1], *sides)
        found = torch.empty(shape, dtype=base.dtype, device=base.device, memory_format=layout)
        for window, (top, left) in zip(found, corners, strict=True):
            window.copy_(base[0, :, top : top + sides[0], left : left + sides[1]])
        shifts = [(y - top, x - left) for (y, x), (top, left) in zip(own, corners, strict=True)]
        for shift, run in groupby(range(len(own)), shifts.__getitem__):
            first, *more = run
            some = slice(first, first + 1 + len(more))
            _paste(found[some], self.values[some], shift)
        return found


def _paste(windows: Tensor, patches: Tensor, shift: Corner) -> None:
    """Write patches over windows, as far as they lie in them, so much further down and across."""
    into, out = [], []
    for axis in (0, 1):
        first = max(0, shift[axis])
        last = min(windows.shape[2 + axis], shift[axis] + patches.shape[2 + axis])
        if first >= last:
            return
        into.append(slice(first, last))
        out.append(slice(first - shift[axis], last - shift[axis]))
    windows[:, :, into[0], into[1]] = patches[:, :, out[0], out[1]]
