"""A detached branch.

Features are weighted by a learned attention map, and the map is detached.

The dangerous one: a gradient is there and its heatmap looks plausible, but it is wrong, since a
part of how the score depends on the picture is missing. Only finite differences see it.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

VERDICT = ("inference-only", "gradient-mismatch")


class DetachedBranch(nn.Module):
    """Backbone × attention, head."""

    def __init__(self) -> None:
        super().__init__()
        self.backbone = nn.Sequential(
            nn.Conv2d(3, 8, 3, stride=2, padding=1),
            nn.ReLU(),
            nn.Conv2d(8, 16, 3, stride=2, padding=1),
            nn.ReLU(),
        )
        self.attention = nn.Conv2d(3, 16, 7, stride=4, padding=3)
        self.head = nn.Linear(16, 4)

    def forward(self, x: Tensor) -> Tensor:
        """`[B, 3, H, W]` -> `[B, 4]` scores."""
        maps = self.backbone(x)
        weights = torch.sigmoid(4 * self.attention(x)).detach()
        return self.head((maps * weights).mean((2, 3)))


def build() -> nn.Module:
    """The model, with the same weights every time."""
    with torch.random.fork_rng():
        torch.manual_seed(0)
        return DetachedBranch().eval()
