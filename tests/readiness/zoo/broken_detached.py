"""The gradient is cut by a detach, in one of its spellings."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from tests.readiness.zoo.specimen import broken, features, head


class Base(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.features, self.head = features(), head()


@broken("detach between backbone and head", "detach")
class DetachedFeatures(Base):
    def forward(self, x: Tensor) -> Tensor:
        maps = self.features(x)
        maps = maps.detach()  # <- dies here
        return self.head(maps)


@broken("the input is detached first", "detach")
class DetachedInput(Base):
    def forward(self, x: Tensor) -> Tensor:
        x = x.detach().clone()  # <- dies here
        return self.head(self.features(x))


@broken(".data of the features", "detach")
class DataOfFeatures(Base):
    def forward(self, x: Tensor) -> Tensor:
        return self.head(self.features(x).data)  # <- dies here


@broken("torch.tensor(...) copies the features", "detach")
class TensorCopy(Base):
    def forward(self, x: Tensor) -> Tensor:
        maps = self.features(x)
        pooled = [maps[:, index].mean() for index in range(8)]
        vector = torch.tensor(pooled).repeat(4)  # <- dies here
        return self.head[2](vector.unsqueeze(0))


class Adapter(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.scale = nn.Parameter(torch.ones(8, 1, 1))

    def forward(self, maps: Tensor) -> Tensor:
        return self.scale * maps.detach()


@broken("detach in an adapter, with a log and a mask beside it", "detach", layer="adapter")
class DetachInAdapter(Base):
    def __init__(self) -> None:
        super().__init__()
        self.adapter = Adapter()
        self.seen = 0.0

    def forward(self, x: Tensor) -> Tensor:
        maps = self.features(x)
        self.seen = maps.mean().item()
        return self.head(self.adapter(maps))


@broken("detach, and 0·x so that a gradient exists", "detach")
class ZeroTimes(Base):
    def forward(self, x: Tensor) -> Tensor:
        logits = self.head(self.features(x.detach()))  # <- dies here
        return logits + 0.0 * x.mean()


@broken("detach in a helper function", "detach")
class HelperFunction(Base):
    def forward(self, x: Tensor) -> Tensor:
        return self.head(self.features(self.normalise(x)))

    def normalise(self, x: Tensor) -> Tensor:
        centred = x - x.mean()
        return (centred / centred.std()).detach()  # <- dies here


@broken("a detached branch: half of the gradient is missing", "gradient-mismatch")
class DetachedBranch(Base):
    def forward(self, x: Tensor) -> Tensor:
        maps = self.features(x)
        return self.head(maps) + self.head(maps.detach() ** 2)  # <- dies here


@broken("a soft attention mask, detached", "gradient-mismatch")
class DetachedAttention(Base):
    def __init__(self) -> None:
        super().__init__()
        self.attention = nn.Conv2d(3, 1, 3, padding=1)

    def forward(self, x: Tensor) -> Tensor:
        mask = torch.sigmoid(4 * self.attention(x))
        x = x * mask.detach()  # <- dies here
        return self.head(self.features(x))


@broken("one half of the picture is detached", "gradient-mismatch")
class DetachedHalf(Base):
    def forward(self, x: Tensor) -> Tensor:
        half = x.shape[-1] // 2
        left, right = x[..., :half], x[..., half:].detach()  # <- dies here
        return self.head(self.features(left)) + self.head(self.features(right))


@broken("x · x.detach(): wrong by a factor of 2", "gradient-mismatch")
class HalfSquare(Base):
    def forward(self, x: Tensor) -> Tensor:
        return self.head(self.features(x * x.detach()))  # <- dies here


@broken("layer normalisation by detached statistics", "gradient-mismatch")
class DetachedNorm(Base):
    def forward(self, x: Tensor) -> Tensor:
        maps = self.features(x)
        size = maps.norm(dim=1, keepdim=True).detach()  # <- dies here
        return self.head(maps / (size + 0.1))
