"""A network of two pictures of different sizes."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor, nn

RANDOM = np.random.default_rng(4)
PAIR = {
    "photo": RANDOM.normal(size=(2, 3, 16, 12)).astype(np.float32),
    "depth": RANDOM.normal(size=(2, 1, 9, 14)).astype(np.float32),
}
FIRST = {name: one[:1] for name, one in PAIR.items()}
TENSORS = tuple(map(torch.from_numpy, FIRST.values()))


class TwoPictures(nn.Module):
    """A colour picture and a smaller one of depth, which meet behind two branches."""

    def __init__(self, activation: type[nn.Module]) -> None:
        super().__init__()
        torch.manual_seed(3)
        self.colour = nn.Sequential(nn.Conv2d(3, 6, 3), activation(), nn.AdaptiveAvgPool2d(3))
        self.depths = nn.Sequential(nn.Conv2d(1, 4, 3), activation(), nn.AdaptiveAvgPool2d(3))
        self.head = nn.Sequential(nn.Linear(90, 12), activation(), nn.Linear(12, 4))

    def forward(self, photo: Tensor, depth: Tensor, scale: Tensor | None = None) -> Tensor:
        both = torch.cat([self.colour(photo), self.depths(depth)], 1).flatten(1)
        return self.head(both if scale is None else scale * both)
