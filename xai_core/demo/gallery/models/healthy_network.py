"""A healthy network.

Convolutions, batch normalisation and ReLU layers, in eval mode, with class scores at the end.

This is what ready looks like: the gradient reaches the input, agrees with finite differences, and
every layer can be read.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

VERDICT = ("ready", None)


class HealthyNetwork(nn.Module):
    """Three stages and a linear head."""

    def __init__(self) -> None:
        super().__init__()
        self.stages = nn.Sequential(*_stage(3, 8), *_stage(8, 12), *_stage(12, 16))
        self.pool = nn.AdaptiveAvgPool2d(1)
        self.head = nn.Linear(16, 4)

    def forward(self, x: Tensor) -> Tensor:
        """`[B, 3, H, W]` -> `[B, 4]` scores."""
        return self.head(self.pool(self.stages(x)).flatten(1))


def _stage(inputs: int, outputs: int) -> list[nn.Module]:
    convolution = nn.Conv2d(inputs, outputs, 3, stride=2, padding=1)
    return [convolution, nn.BatchNorm2d(outputs), nn.ReLU(inplace=True)]


def build() -> nn.Module:
    """The model, with the same weights every time."""
    with torch.random.fork_rng():
        torch.manual_seed(0)
        return HealthyNetwork().eval()
