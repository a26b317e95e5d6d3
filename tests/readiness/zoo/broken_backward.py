"""The backward pass is not the derivative of the forward pass."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.utils.checkpoint import checkpoint

from tests.readiness.zoo.specimen import broken, features, head


class Base(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.features, self.head = features(), head()


class RoundThrough(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        return torch.round(x * 16) / 16

    @staticmethod
    def backward(ctx, gradient):
        return gradient


@broken("straight-through estimator as a custom function", "gradient-mismatch")
class StraightThrough(Base):
    def forward(self, x: Tensor) -> Tensor:
        return self.head(RoundThrough.apply(self.features(x)))


@broken("straight-through estimator by a detach", "gradient-mismatch")
class StraightThroughDetach(Base):
    def forward(self, x: Tensor) -> Tensor:
        maps = self.features(x)
        maps = maps + (torch.round(maps * 8) / 8 - maps).detach()  # <- dies here
        return self.head(maps)


class Reverse(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        return x.clone() * 1.0

    @staticmethod
    def backward(ctx, gradient):
        return -0.5 * gradient


@broken("gradient reversal", "gradient-mismatch")
class Reversal(Base):
    def forward(self, x: Tensor) -> Tensor:
        return self.head(Reverse.apply(self.features(x)))


@broken("a hook halves the gradient", "gradient-mismatch")
class HalvingHook(Base):
    def forward(self, x: Tensor) -> Tensor:
        maps = self.features(x)
        if maps.requires_grad:
            maps.register_hook(lambda gradient: gradient / 2)  # <- dies here
        return self.head(maps)


class NoBackward(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        return x * 2.0

    @staticmethod
    def backward(ctx, gradient):
        return None


@broken("a custom backward that gives nothing", "no-gradient")
class Nothing(Base):
    def forward(self, x: Tensor) -> Tensor:
        return self.head(NoBackward.apply(self.features(x)))


@broken("in-place change of what the backward pass needs", "no-gradient")
class Overwritten(Base):
    def forward(self, x: Tensor) -> Tensor:
        maps = self.features(x)
        gate = torch.sigmoid(maps)
        out = gate * maps
        gate += 1.0  # <- dies here
        return self.head(out.sin())


@broken("values changed through .data", "gradient-mismatch")
class ChangedData(Base):
    def forward(self, x: Tensor) -> Tensor:
        maps = self.features(x) * 1.0
        maps.data.mul_(3.0)  # <- dies here
        return self.head(maps)


@broken("values changed in place under no_grad", "gradient-mismatch")
class ChangedUnderNoGrad(Base):
    def forward(self, x: Tensor) -> Tensor:
        maps = self.features(x) * 1.0
        with torch.no_grad():  # <- dies here
            maps.mul_(x.mean() * 5)
        return self.head(maps)


@broken("fake quantisation", "gradient-mismatch")
class FakeQuantised(Base):
    def forward(self, x: Tensor) -> Tensor:
        maps = self.features(x)
        maps = torch.fake_quantize_per_tensor_affine(maps, 0.02, 0, -128, 127)  # <- dies here
        return self.head(maps)


@broken("reentrant checkpointing, which autograd.grad refuses", "no-gradient")
class Reentrant(Base):
    def forward(self, x: Tensor) -> Tensor:
        return self.head(checkpoint(self.features, x, use_reentrant=True))
