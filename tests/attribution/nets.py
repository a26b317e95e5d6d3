"""Small nets, one for every way in which a model can be built."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
import torch.nn.functional as F  # noqa: N812 - its usual name
from torch import Tensor, nn

from xai_core.base.arrays import Inputs

CLASSES = 5


def layered() -> nn.Module:
    """`nn.ReLU` layers and batch normalisation: the textbook case."""
    return _ready(
        nn.Sequential(
            nn.Conv2d(3, 6, 3),
            nn.BatchNorm2d(6),
            nn.ReLU(),
            nn.Conv2d(6, 4, 3),
            nn.ReLU(inplace=True),
            nn.AdaptiveAvgPool2d(2),
            nn.Flatten(),
            nn.Linear(16, CLASSES),
        )
    )


class Functional(nn.Module):
    """Rectifiers as functions: plain, in place, bounded; one of them for two layers."""

    def __init__(
        self,
        rectify: Callable[[Tensor], Tensor] = F.relu,
        rectify_in_place: Callable[[Tensor], Tensor] = F.relu_,
        rectify_bounded: Callable[[Tensor], Tensor] = F.relu6,
    ) -> None:
        super().__init__()
        self.first = nn.Conv2d(3, 6, 3)
        self.second = nn.Conv2d(6, 6, 3, padding=1)
        self.third = nn.Conv2d(6, 4, 3)
        self.head = nn.Linear(4, CLASSES)
        self.calls = (rectify, rectify_in_place, rectify_bounded)

    def forward(self, x: Tensor) -> Tensor:
        rectify, rectify_in_place, rectify_bounded = self.calls
        x = rectify(self.first(x))
        x = x + rectify_in_place(self.second(x))
        x = rectify_bounded(3 * self.third(x))
        return self.head(x.mean((2, 3)))


class Reused(nn.Module):
    """One `nn.ReLU6` layer that runs three times, and a dictionary as the output."""

    def __init__(self) -> None:
        super().__init__()
        self.first = nn.Conv2d(3, 4, 3)
        self.second = nn.Conv2d(4, 4, 3)
        self.head = nn.Linear(4, CLASSES)
        self.act = nn.ReLU6(inplace=True)

    def forward(self, x: Tensor) -> dict[str, Any]:
        x = self.act(self.second(self.act(4 * self.first(x))))
        return {"features": x, "logits": self.head(self.act(x).mean((2, 3)))}


def smooth() -> nn.Module:
    """No rectifier: Guided Backprop is not defined here."""
    return _ready(
        nn.Sequential(
            nn.Conv2d(3, 4, 3), nn.GELU(), nn.Conv2d(4, 4, 3), nn.SiLU(), Pooled(4, CLASSES)
        )
    )


def flat() -> nn.Module:
    """No feature map: Grad-CAM is not defined here."""
    return _ready(
        nn.Sequential(nn.Flatten(), nn.Linear(3 * 12 * 10, 8), nn.ReLU(), nn.Linear(8, CLASSES))
    )


def dense() -> nn.Module:
    """A class map instead of class scores."""
    return _ready(
        nn.Sequential(
            nn.Conv2d(3, 6, 3, stride=2, padding=1),
            nn.ReLU(),
            nn.Upsample(scale_factor=2),
            nn.Conv2d(6, CLASSES, 3, padding=1),
        )
    )


class Pooled(nn.Module):
    """Average over the picture, then a linear layer."""

    def __init__(self, channels: int, classes: int) -> None:
        super().__init__()
        self.head = nn.Linear(channels, classes)

    def forward(self, x: Tensor) -> Tensor:
        return self.head(x.mean((2, 3)))


class InPlaceAtOnce(nn.Module):
    """Works on its very input in place."""

    def __init__(self) -> None:
        super().__init__()
        self.rest = layered()

    def forward(self, x: Tensor) -> Tensor:
        return self.rest(x.mul_(2).relu_())


def bare() -> nn.Module:
    """Nothing to put noise on: its weights are constants."""
    net = functional()
    for module in net.modules():
        for name, parameter in list(module.named_parameters(recurse=False)):
            delattr(module, name)
            module.register_buffer(name, parameter.detach())
    return net


def functional(*calls: Callable[[Tensor], Tensor]) -> nn.Module:
    return _ready(lambda: Functional(*calls))


def scripted() -> nn.Module:
    """TorchScript: its calls are out of sight and its weights cannot be replaced."""
    return torch.jit.script(layered())


NETS: dict[str, Callable[[], nn.Module]] = {
    "layered": layered,
    "functional": functional,
    "reused": lambda: _ready(Reused),
    "smooth": smooth,
    "flat": flat,
    "dense": dense,
    "in-place": lambda: _ready(InPlaceAtOnce),
    "bare": bare,
    "scripted": scripted,
}


def pictures(count: int = 1, seed: int = 0) -> Inputs:
    """Inputs that are not square, so that mixed-up axes show."""
    draws = torch.randn(count, 3, 12, 10, generator=torch.Generator().manual_seed(seed))
    array: Inputs = draws.numpy()
    return array


def _ready(build: nn.Module | Callable[[], nn.Module]) -> nn.Module:
    """With the same weights every time, and batch statistics that are not the defaults."""
    net = build if isinstance(build, nn.Module) else build()
    draws = torch.Generator().manual_seed(1)
    with torch.no_grad():
        for parameter in net.parameters():
            scale = 1.0 if parameter.ndim < 2 else (2.0 / parameter[0].numel()) ** 0.5
            parameter.copy_(torch.randn(parameter.shape, generator=draws) * scale)
        for name, buffer in net.named_buffers():
            if name.endswith(("running_mean", "running_var")):
                buffer.copy_(torch.rand(buffer.shape, generator=draws) + 0.5)
    return net.eval()
