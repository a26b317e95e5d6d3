"""A detach in an adapter.

A backbone and a head, and between them an adapter that was written to save memory.

The model predicts as well as ever, and nothing can be explained: one `.detach()` between backbone
and head cuts every gradient.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

VERDICT = ("inference-only", "detach")


class Adapter(nn.Module):
    """Scales the backbone's features for the head."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.scale = nn.Parameter(torch.ones(channels, 1, 1))

    def forward(self, maps: Tensor) -> Tensor:
        """`[B, C, h, w]` -> the same."""
        frozen = maps.detach()
        return self.scale * frozen


class AdaptedModel(nn.Module):
    """Backbone, adapter, head."""

    def __init__(self) -> None:
        super().__init__()
        self.backbone = nn.Sequential(
            nn.Conv2d(3, 8, 3, stride=2, padding=1),
            nn.ReLU(),
            nn.Conv2d(8, 16, 3, stride=2, padding=1),
            nn.ReLU(),
        )
        self.adapter = Adapter(16)
        self.head = nn.Linear(16, 4)

    def forward(self, x: Tensor) -> Tensor:
        """`[B, 3, H, W]` -> `[B, 4]` scores."""
        maps = self.adapter(self.backbone(x))
        return self.head(maps.mean((2, 3)))


def build() -> nn.Module:
    """The model, with the same weights every time."""
    with torch.random.fork_rng():
        torch.manual_seed(0)
        return AdaptedModel().eval()
