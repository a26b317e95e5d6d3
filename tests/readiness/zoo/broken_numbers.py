"""The graph is whole, and its numbers are not."""

from __future__ import annotations

import torch
import torch.nn.functional as F  # noqa: N812 - its usual name
from torch import Tensor, nn

from tests.readiness.zoo.specimen import broken, features, head


class Base(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.features, self.head = features(), head()


@broken("dead ReLUs: a bias far below zero", "zero-gradient", layer="features.3")
class DeadRelus(Base):
    def __init__(self) -> None:
        super().__init__()
        nn.init.constant_(self.features[2].bias, -1000.0)

    def forward(self, x: Tensor) -> Tensor:
        return self.head(self.features(x))


@broken("saturated sigmoid", "zero-gradient")
class Saturated(Base):
    """Inside: of a sigmoid at the very end what goes into it would be explained."""

    def forward(self, x: Tensor) -> Tensor:
        return self.head(torch.sigmoid(self.features(x) + 1000.0))  # <- dies here


@broken("the output does not depend on the input", "no-gradient")
class Constant(Base):
    def forward(self, x: Tensor) -> Tensor:
        return self.head[2].weight.sum(1).expand(len(x), 5)


@broken("weights that are not a number", "non-finite-output")
class NanWeights(Base):
    def __init__(self) -> None:
        super().__init__()
        nn.init.constant_(self.head[2].weight, float("nan"))

    def forward(self, x: Tensor) -> Tensor:
        return self.head(self.features(x))


@broken("square root at zero", "non-finite-gradient")
class RootAtZero(Base):
    def forward(self, x: Tensor) -> Tensor:
        maps = self.features(x)
        return self.head(maps) + torch.sqrt((maps - maps).pow(2).sum())  # <- dies here


@broken("dropout that ignores eval mode", "random-output")
class AlwaysDropout(Base):
    def forward(self, x: Tensor) -> Tensor:
        return self.head(F.dropout(self.features(x), 0.5))


@broken("noise is added in forward", "random-output")
class Noisy(Base):
    def forward(self, x: Tensor) -> Tensor:
        return self.head(self.features(x + 0.1 * torch.randn_like(x)))


@broken("forward fails on every input", "forward-failed", level="rejected")
class Fails(Base):
    def forward(self, x: Tensor) -> Tensor:
        raise RuntimeError("this model was never finished")


@broken("a layer that does not fit the one before", "forward-failed", level="rejected")
class Misfit(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.a, self.b = nn.Conv2d(3, 8, 3), nn.Conv2d(16, 8, 3)

    def forward(self, x: Tensor) -> Tensor:
        return self.b(self.a(x)).mean((2, 3))


@broken("zeros, whatever comes", "no-gradient")
class WholeNumbers(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        return torch.zeros(len(x), 3)
