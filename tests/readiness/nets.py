"""Small networks for the tests of single properties."""

from __future__ import annotations

import torch
from torch import Tensor, nn


def small(channels: int = 3, size: int = 16) -> nn.Module:
    with torch.random.fork_rng():
        torch.manual_seed(0)
        return nn.Sequential(
            nn.Conv2d(channels, 4, 3, stride=2), nn.ReLU(), nn.AdaptiveAvgPool2d(2), nn.Flatten(),
            nn.Linear(16, 3),
        ).eval()  # fmt: skip


class Writes(nn.Module):
    """Writes into itself in every way that a forward pass can."""

    def __init__(self) -> None:
        super().__init__()
        self.conv, self.out = nn.Conv2d(3, 4, 3), nn.Linear(4, 3)
        self.register_buffer("count", torch.zeros(1))
        self.history: list[float] = []
        self.facts = {"calls": 0}
        self.last: Tensor | None = None

    def forward(self, x: Tensor) -> Tensor:
        self.count += 1
        self.conv.weight.data.mul_(1.0 + 1e-9)
        self.new_attribute = x
        self.train()
        maps = torch.relu(self.conv(x))
        self.last = maps
        self.history.append(0.0)
        self.facts["calls"] += 1
        return self.out(maps.mean((2, 3)))


class Draws(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.net = small()

    def forward(self, x: Tensor) -> Tensor:
        return self.net(x + torch.randn_like(x))


class Slow(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.net = small()

    def forward(self, x: Tensor) -> Tensor:
        import time

        time.sleep(0.05)
        return self.net(x)
