"""Sound networks whose numbers make the proof hard: half precision, constants, infinities."""

from __future__ import annotations

import threading

import torch
import torch.nn.functional as F  # noqa: N812 - its usual name
from torch import Tensor, nn

from tests.readiness.zoo.specimen import features, head, ready


class Base(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.features, self.head = features(), head()


@ready("masked classes are minus infinity")
class MaskedClasses(Base):
    def forward(self, x: Tensor) -> Tensor:
        masked = torch.tensor([False, False, True, False, False])
        return self.head(self.features(x)).masked_fill(masked, float("-inf"))


@ready("bfloat16 inside, by autocast")
class Autocast(Base):
    def forward(self, x: Tensor) -> Tensor:
        with torch.autocast("cpu", dtype=torch.bfloat16):
            return self.head(self.features(x)).float()


@ready("a normalisation that insists on float32")
class SingleNorm(Base):
    def forward(self, x: Tensor) -> Tensor:
        maps = self.features(x).permute(0, 2, 3, 1)
        return self.head(F.layer_norm(maps.float(), (8,)).to(maps.dtype).permute(0, 3, 1, 2))


@ready("a lock, which cannot be copied")
class Locked(Base):
    def __init__(self) -> None:
        super().__init__()
        self.lock = threading.Lock()

    def forward(self, x: Tensor) -> Tensor:
        with self.lock:
            return self.head(self.features(x))


@ready("a large constant, and a small part that depends on the input")
class LargeConstant(Base):
    def forward(self, x: Tensor) -> Tensor:
        return 1.0 + 1e-6 * self.head(self.features(x))


@ready("weight and spectral normalisation")
class NormalisedWeights(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        norms = torch.nn.utils.parametrizations
        self.a = norms.weight_norm(nn.Conv2d(3, 8, 3))
        self.b, self.head = norms.spectral_norm(nn.Conv2d(8, 8, 3)), head()

    def forward(self, x: Tensor) -> Tensor:
        return self.head(F.relu(self.b(F.relu(self.a(x)))))


@ready("takes only inputs in [0, 1]")
class UnitRange(Base):
    def forward(self, x: Tensor) -> Tensor:
        if x.min() < 0 or x.max() > 1:
            raise ValueError("pixels must be in [0, 1]")
        return self.head(self.features((x - 0.5) / 0.2))
