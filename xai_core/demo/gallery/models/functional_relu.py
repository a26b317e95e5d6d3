"""Functional ReLU.

The rectifiers are calls of `F.relu` inside forward, not layers.

Libraries that hook nn.ReLU layers find nothing here and draw the plain gradient under the name of
Guided Backprop. Pedestal sees the calls, and guides all of them.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F  # noqa: N812 - its usual name
from torch import Tensor, nn

VERDICT = ("ready", None)


class FunctionalRelu(nn.Module):
    """Three convolutions with rectifiers in between."""

    def __init__(self) -> None:
        super().__init__()
        self.first = nn.Conv2d(3, 8, 3, stride=2, padding=1)
        self.second = nn.Conv2d(8, 12, 3, stride=2, padding=1)
        self.third = nn.Conv2d(12, 16, 3, stride=2, padding=1)
        self.head = nn.Linear(16, 4)

    def forward(self, x: Tensor) -> Tensor:
        """`[B, 3, H, W]` -> `[B, 4]` scores."""
        x = F.relu(self.first(x))
        x = F.relu(self.second(x))
        x = F.relu(self.third(x))
        return self.head(x.mean((2, 3)))


def build() -> nn.Module:
    """The model, with the same weights every time."""
    with torch.random.fork_rng():
        torch.manual_seed(0)
        return FunctionalRelu().eval()
