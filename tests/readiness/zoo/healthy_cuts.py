"""Cuts that cost the gradient nothing: by the letter they look broken."""

from __future__ import annotations

import torch
import torch.nn.functional as F  # noqa: N812 - its usual name
from torch import Tensor, nn
from torch.utils.checkpoint import checkpoint

from tests.readiness.zoo.specimen import features, head, ready


class Base(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.features, self.head = features(), head()


@ready("running statistics are kept, detached")
class RunningStatistics(Base):
    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("mean", torch.zeros(8))

    def forward(self, x: Tensor) -> Tensor:
        maps = self.features(x)
        self.mean.mul_(0.9).add_(maps.detach().mean((0, 2, 3)), alpha=0.1)
        return self.head(maps)


@ready("logs a number on the side")
class Logs(Base):
    def __init__(self) -> None:
        super().__init__()
        self.log: list[float] = []

    def forward(self, x: Tensor) -> Tensor:
        maps = self.features(x)
        self.log.append(maps.norm().item())
        return self.head(maps)


@ready("a hard mask, detached")
class HardMask(Base):
    def forward(self, x: Tensor) -> Tensor:
        maps = self.features(x)
        mask = (maps > maps.mean()).detach().float()
        return self.head(maps * mask)


@ready("the shift inside a softmax, detached")
class SoftmaxShift(Base):
    def forward(self, x: Tensor) -> Tensor:
        logits = self.head(self.features(x))
        powers = (logits - logits.max(1, keepdim=True).values.detach()).exp()
        return powers / powers.sum(1, keepdim=True)


@ready("no_grad around a constant")
class ConstantGrid(Base):
    def forward(self, x: Tensor) -> Tensor:
        with torch.no_grad():
            grid = torch.linspace(0.5, 1.5, x.shape[-1]).expand_as(x)
        return self.head(self.features(x * grid))


@ready("a condition on the input that is not taken")
class Guard(Base):
    def forward(self, x: Tensor) -> Tensor:
        if torch.isnan(x).any():
            x = torch.nan_to_num(x)
        return self.head(self.features(x))


@ready("top-k pooling keeps the values")
class TopK(Base):
    def forward(self, x: Tensor) -> Tensor:
        maps = self.features(x).flatten(2)
        values, _ = maps.topk(4, dim=2)
        return self.head[2](values.flatten(1))


@ready("activation checkpointing")
class Checkpointed(Base):
    def forward(self, x: Tensor) -> Tensor:
        return self.head(checkpoint(self.features, x, use_reentrant=False))


class Swish(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return x * torch.sigmoid(x)

    @staticmethod
    def backward(ctx, gradient):
        (x,) = ctx.saved_tensors
        gate = torch.sigmoid(x)
        return gradient * gate * (1 + x * (1 - gate))


@ready("a custom backward that is right")
class MemorySwish(Base):
    def forward(self, x: Tensor) -> Tensor:
        return self.head(Swish.apply(self.features(x)))


@ready("gradient zero on some inputs only: a gate that is often closed", code="zero-gradient")
class SometimesZero(Base):
    def forward(self, x: Tensor) -> Tensor:
        gate = (x.mean() > 0.0).float()
        return self.head(self.features(x)) * gate + F.relu(x.mean()) * 0.0
