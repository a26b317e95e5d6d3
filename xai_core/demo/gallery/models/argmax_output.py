"""Argmax as output.

Made for deployment: forward returns the index of the class instead of scores.

An index has no slope. Explain the model before this step: it is the scores that can be explained.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

VERDICT = ("inference-only", "non-differentiable-op")


class ArgmaxOutput(nn.Module):
    """A classifier that answers with the class alone."""

    def __init__(self) -> None:
        super().__init__()
        self.backbone = nn.Sequential(
            nn.Conv2d(3, 8, 3, stride=2, padding=1),
            nn.ReLU(),
            nn.Conv2d(8, 16, 3, stride=2, padding=1),
            nn.ReLU(),
        )
        self.head = nn.Linear(16, 4)

    def forward(self, x: Tensor) -> Tensor:
        """`[B, 3, H, W]` -> `[B]` class indices."""
        scores = self.head(self.backbone(x).mean((2, 3)))
        return scores.argmax(dim=1)


def build() -> nn.Module:
    """The model, with the same weights every time."""
    with torch.random.fork_rng():
        torch.manual_seed(0)
        return ArgmaxOutput().eval()
