"""Networks that want their picture in another form or size, and say so only when they run.

Kinds of pytorch/vision 4292 (channels last), timm 1096 (a size of its own), pytorch/examples 56
(a flat MNIST), LeNet of pytorch/tutorials (`view(-1, 400)`).
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import torch
import torch.nn.functional as F  # noqa: N812 - its usual name
from torch import Tensor, nn

from tests.handover.case import Case, Handed

FAMILY = "inputs that the model asks for"


class Lenet(nn.Module):
    """Of 32 × 32; another size gives several samples, or an error of `view`."""

    def __init__(self) -> None:
        super().__init__()
        self.one, self.two = nn.Conv2d(1, 6, 5), nn.Conv2d(6, 16, 5)
        self.end = nn.Linear(400, 10)

    def forward(self, x: Tensor) -> Tensor:
        x = F.max_pool2d(F.relu(self.one(x)), 2)
        x = F.max_pool2d(F.relu(self.two(x)), 2)
        return self.end(x.view(-1, 400))


class Last(nn.Module):
    """Takes `[B, H, W, C]`."""

    def __init__(self) -> None:
        super().__init__()
        self.conv, self.end = nn.Conv2d(3, 4, 3), nn.Linear(4, 5)

    def forward(self, x: Tensor) -> Tensor:
        return self.end(F.relu(self.conv(x.permute(0, 3, 1, 2))).mean((2, 3)))


class Places(nn.Module):
    """A table of 16 places and a class token: of 64 × 64."""

    def __init__(self) -> None:
        super().__init__()
        self.patches, self.end = nn.Conv2d(3, 8, 16, 16), nn.Linear(8, 5)
        self.token = nn.Parameter(torch.randn(1, 1, 8))
        self.places = nn.Parameter(torch.randn(1, 17, 8))

    def forward(self, x: Tensor) -> Tensor:
        found = self.patches(x).flatten(2).transpose(1, 2)
        found = torch.cat([self.token.expand(found.shape[0], -1, -1), found], 1) + self.places
        return self.end(F.gelu(found).mean(1))


def flat() -> nn.Module:
    return nn.Sequential(nn.Linear(784, 16), nn.ReLU(), nn.Linear(16, 10))


def unflattening() -> nn.Module:
    first = (nn.Unflatten(1, (1, 28, 28)), nn.Conv2d(1, 4, 3), nn.ReLU())
    return nn.Sequential(*first, nn.Flatten(), nn.Linear(4 * 26 * 26, 10))


def headed() -> nn.Module:
    first = (nn.Conv2d(3, 8, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten())
    return nn.Sequential(*first, nn.Linear(8 * 20 * 20, 10))


def rows(picture: Tensor) -> Tensor:
    return picture.flatten(1)


def last(picture: Tensor) -> Tensor:
    return picture.permute(0, 2, 3, 1)


class Before(nn.Module):
    """The network behind what its pictures go through."""

    def __init__(self, net: nn.Module, change: Callable[[Tensor], Tensor]) -> None:
        super().__init__()
        self.net, self.change = net, change

    def forward(self, x: Tensor) -> Tensor:
        found: Tensor = self.net(self.change(x))
        return found


def _eager(
    make: Callable[[], nn.Module], change: Callable[[Tensor], Tensor] = lambda x: x
) -> Callable[[Path], Handed]:
    def write(folder: Path) -> Handed:
        torch.manual_seed(0)
        net = make().eval()
        torch.save(net, folder / "model.pt")
        return Handed(folder / "model.pt", Before(net, change))

    return write


def _script(
    make: Callable[[], nn.Module], change: Callable[[Tensor], Tensor] = lambda x: x
) -> Callable[[Path], Handed]:
    def write(folder: Path) -> Handed:
        torch.manual_seed(0)
        net = make().eval()
        torch.jit.script(net).save(folder / "model.pt")
        return Handed(folder / "model.pt", Before(net, change))

    return write


HIDDEN = "input-gradients"
CASES = (
    Case(FAMILY, "flat pictures, eager", _eager(flat, rows)),
    Case(FAMILY, "flat pictures that it unflattens, eager", _eager(unflattening, rows)),
    Case(FAMILY, "a head behind Flatten, 40 × 40", _eager(headed)),
    Case(FAMILY, "LeNet, TorchScript", _script(Lenet)),
    Case(FAMILY, "a table of places, TorchScript", _script(Places)),
    Case(FAMILY, "channels last, TorchScript", _script(Last, last), HIDDEN),
)
