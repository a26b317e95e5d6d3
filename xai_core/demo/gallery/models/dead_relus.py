"""Dead ReLUs.

After a training that diverged, every unit of the second rectifier is below zero for every input.

The graph is whole and the gradient exists, and it is zero everywhere: an empty heatmap is then the
model's fault, not the method's.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

VERDICT = ("inference-only", "zero-gradient")


class DeadRelus(nn.Module):
    """A network with a layer that never lets anything through."""

    def __init__(self) -> None:
        super().__init__()
        spoilt = nn.Conv2d(8, 16, 3, stride=2, padding=1)
        with torch.no_grad():
            for parameter in spoilt.parameters():  # features are positive, so all becomes negative
                parameter.sub_(10.0)
        first = nn.Conv2d(3, 8, 3, stride=2, padding=1)
        self.backbone = nn.Sequential(first, nn.ReLU(), spoilt, nn.ReLU())
        self.head = nn.Linear(16, 4)

    def forward(self, x: Tensor) -> Tensor:
        """`[B, 3, H, W]` -> `[B, 4]` scores."""
        return self.head(self.backbone(x).mean((2, 3)))


def build() -> nn.Module:
    """The model, with the same weights every time."""
    with torch.random.fork_rng():
        torch.manual_seed(0)
        return DeadRelus().eval()
