"""From a body's feature map to the vector that a head takes."""

from __future__ import annotations

import torch
from torch import Tensor, nn


class Vector(nn.Module):
    """Vectors pass. A map `[B, C, H, W]` (or `[B, H, W, C]`, C = `length`) is pooled to `length`.

    Its mean where that is C; maximum and mean where it is 2 C, in fastai's order
    (fastai/layers.py, AdaptiveConcatPool2d); a grid of means where it is k² C, as VGG's.
    """

    def __init__(self, length: int) -> None:
        super().__init__()
        self.length = length

    def forward(self, values: Tensor) -> Tensor:
        """`[B, ...]` to `[B, length]`."""
        if values.ndim == 2:
            return values
        if values.ndim != 4:
            raise ValueError(f"the head takes a vector, and the body gives {list(values.shape)}")
        if values.shape[-1] == self.length and values.shape[1] != self.length:
            values = values.permute(0, 3, 1, 2)
        channels = values.shape[1]
        if self.length == 2 * channels:
            return torch.cat([values.amax((2, 3)), values.mean((2, 3))], 1)
        side = round((self.length / channels) ** 0.5)
        return nn.functional.adaptive_avg_pool2d(values, side).flatten(1)

    def extra_repr(self) -> str:
        """Its length."""
        return str(self.length)
