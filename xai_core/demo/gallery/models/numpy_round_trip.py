"""A NumPy round trip.

The features are normalised in NumPy in the middle of forward, and come back as a new tensor.

NumPy keeps no gradient. The same line in torch costs nothing and keeps it.
"""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor, nn

VERDICT = ("inference-only", "numpy-round-trip")


class NumpyRoundTrip(nn.Module):
    """Backbone, a normalisation in NumPy, head."""

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
        """`[B, 3, H, W]` -> `[B, 4]` scores."""
        pooled = self.backbone(x).mean((2, 3))
        values = pooled.detach().cpu().numpy()
        values = values / (np.linalg.norm(values, axis=1, keepdims=True) + 1e-6)
        return self.head(torch.from_numpy(values).to(x))


def build() -> nn.Module:
    """The model, with the same weights every time."""
    with torch.random.fork_rng():
        torch.manual_seed(0)
        return NumpyRoundTrip().eval()
