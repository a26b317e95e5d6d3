"""Depthwise convolution as a sum over the places of its kernel, and the gradient of that sum."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import torch
import torch.nn.functional as F  # noqa: N812 - its usual name
from torch import Tensor

Two = tuple[int, int]


@dataclass(frozen=True)
class Form:
    """How a kernel `[C, 1, h, w]` goes over a picture `[B, C, H, W]`, in rows and in columns."""

    stride: Two
    padding: Two
    dilation: Two

    def fits(self, input: Tensor, weight: Tensor) -> bool:  # noqa: A002 - as torch calls it
        """Whether the kernel lies in the picture at one place at least."""
        return min(self._spans(self._padded(input.shape), weight)) >= 1

    def sum(self, input: Tensor, weight: Tensor, bias: Tensor | None) -> Tensor:  # noqa: A002
        """The convolution."""
        rows, columns = self.padding
        padded = F.pad(input, (columns, columns, rows, rows)) if rows or columns else input
        total: Tensor | None = None
        for part, factor in self._places(padded, weight):
            total = part * factor if total is None else total.addcmul_(part, factor)
        if total is None:
            raise ValueError("A kernel has at least one place.")
        return total if bias is None else total.add_(bias.view(1, -1, 1, 1))

    def slope(self, gradient: Tensor, shape: torch.Size, weight: Tensor) -> Tensor:
        """The gradient of the input, from that of the sum; `shape` is the input's."""
        found = gradient.new_zeros(self._padded(shape))
        for part, factor in self._places(found, weight):
            part.addcmul_(gradient, factor)
        (rows, columns), (height, width) = self.padding, shape[2:]
        return found[:, :, rows : rows + height, columns : columns + width]

    def _padded(self, shape: torch.Size) -> tuple[int, ...]:
        sides = (side + 2 * more for side, more in zip(shape[2:], self.padding, strict=True))
        return (*shape[:2], *sides)

    def _spans(self, padded: tuple[int, ...], weight: Tensor) -> list[int]:
        """How far the kernel can move, in rows and columns."""
        return [
            side - gap * (length - 1)
            for side, gap, length in zip(padded[2:], self.dilation, weight.shape[2:], strict=True)
        ]

    def _places(self, padded: Tensor, weight: Tensor) -> Iterator[tuple[Tensor, Tensor]]:
        """What of the picture lies under each place of the kernel, and the number there."""
        height, width = self._spans(tuple(padded.shape), weight)
        (down, right), (below, beside) = self.stride, self.dilation
        for row in range(weight.shape[2]):
            for column in range(weight.shape[3]):
                top, left = row * below, column * beside
                part = padded[:, :, top : top + height : down, left : left + width : right]
                yield part, weight[:, 0, row, column].view(1, -1, 1, 1)
