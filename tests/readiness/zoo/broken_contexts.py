"""Gradients are switched off by the model itself."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from tests.readiness.zoo.specimen import broken, features, head


class Base(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.features, self.head = features(), head()


@broken("no_grad around a frozen backbone", "no-grad-context")
class FrozenBackbone(Base):
    def forward(self, x: Tensor) -> Tensor:
        with torch.no_grad():  # <- dies here
            maps = self.features(x)
        return self.head(maps)


@broken("forward decorated with no_grad", "no-grad-context")
class DecoratedForward(Base):
    @torch.no_grad()  # <- dies here
    def forward(self, x: Tensor) -> Tensor:
        return self.head(self.features(x))


@broken("inference_mode as a block", "no-grad-context")
class InferenceBlock(Base):
    def forward(self, x: Tensor) -> Tensor:
        with torch.inference_mode():  # <- dies here
            return self.head(self.features(x))


@broken("a helper decorated with inference_mode", "no-grad-context")
class InferenceHelper(Base):
    @torch.inference_mode()  # <- dies here
    def embed(self, x: Tensor) -> Tensor:
        return self.features(x)

    def forward(self, x: Tensor) -> Tensor:
        return self.head(self.embed(x).clone())


@broken("set_grad_enabled(False) that depends on the mode", "no-grad-context")
class GradEnabled(Base):
    def forward(self, x: Tensor) -> Tensor:
        with torch.set_grad_enabled(self.training):  # <- dies here
            maps = self.features(x)
        return self.head(maps)


@broken("one of two branches under no_grad", "gradient-mismatch")
class HalfNoGrad(Base):
    def forward(self, x: Tensor) -> Tensor:
        with torch.no_grad():  # <- dies here
            side = self.head(self.features(x + 1.0))
        return self.head(self.features(x)) + side
