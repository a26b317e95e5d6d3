"""State dicts of a known body under a head of the team's own, as its `nn.Module` names them.

The heads are those of public code: pytorch.org's and Stack Overflow's transfer learning
(`model.fc = nn.Sequential(...)`; stackoverflow.com/questions/52548174, a body in a Sequential),
fastai's `vision_learner` (fastai/vision/learner.py, `create_head`), CheXNet's `classifier.0`.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import timm
import torch
import torchvision.models as zoo
from torch import Tensor, nn

from tests.handover.case import Case, Handed
from xai_core.models.formats.base import LoadOptions

FAMILY = "own head"
Make = Callable[[], nn.Module]


class Together(nn.Module):
    """A body and a head, by the names of the keywords."""

    def __init__(self, **parts: nn.Module) -> None:
        super().__init__()
        for name, part in parts.items():
            self.add_module(name, part)

    def forward(self, values: Tensor) -> Tensor:
        """One after the other; a map is averaged."""
        for part in self.children():
            values = part(values)
            values = values.mean((2, 3)) if values.ndim == 4 else values
        return values


class Pools(nn.Module):
    """fastai's AdaptiveConcatPool2d."""

    def forward(self, values: Tensor) -> Tensor:
        """The maximum comes first."""
        return torch.cat([values.amax((2, 3)), values.mean((2, 3))], 1)


def _small() -> nn.Module:
    return zoo.shufflenet_v2_x0_5()


def _bare() -> nn.Module:
    network = _small()
    network.fc = nn.Identity()
    return network


def _sequential() -> nn.Module:
    network = _small()
    network.fc = nn.Sequential(nn.Linear(1024, 32), nn.ReLU(), nn.Dropout(), nn.Linear(32, 5))
    return network


def _dropout() -> nn.Module:
    network = zoo.efficientnet_b0()
    network.classifier[1] = nn.Sequential(nn.Dropout(), nn.Linear(1280, 5))
    return network


def _timm() -> nn.Module:
    network = timm.create_model("convnext_atto")
    network.head.fc = nn.Sequential(nn.LayerNorm(320), nn.Linear(320, 5))
    return network


def _gelu() -> nn.Module:
    network = _small()
    network.fc = nn.Sequential(nn.Linear(1024, 32), nn.GELU(), nn.Linear(32, 5))
    return network


def _functional() -> nn.Module:
    head = {"fc1": nn.Linear(1024, 32), "bn1": nn.BatchNorm1d(32), "relu": nn.ReLU()}
    return Together(encoder=_bare(), **head, fc2=nn.Linear(32, 5))


def _fastai() -> nn.Module:
    body = nn.Sequential(*list(_small().children())[:-1])
    layers = (nn.BatchNorm1d(2048), nn.Dropout(), nn.Linear(2048, 64, bias=False), nn.ReLU())
    last = (nn.BatchNorm1d(64), nn.Dropout(), nn.Linear(64, 5, bias=False))
    return nn.Sequential(body, nn.Sequential(Pools(), nn.Flatten(), *layers, *last))


def _in_a_row() -> nn.Module:
    pool = (nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(1024, 5))
    return nn.Sequential(*list(_small().children())[:-1], *pool)


def _features() -> nn.Module:
    return Together(backbone=zoo.efficientnet_b0().features, classifier=nn.Linear(1280, 5))


def _on_top() -> nn.Module:
    return Together(pretrained=_small(), head=nn.Linear(1000, 5))


def _two_heads() -> nn.Module:
    return Together(body=_bare(), kind=nn.Linear(1024, 5), size=nn.Linear(1024, 3))


def _written(make: Make, *proposed: LoadOptions) -> Callable[[Path], Handed]:
    def write(folder: Path) -> Handed:
        torch.manual_seed(0)
        network = make().eval()
        for layer in network.modules():
            if isinstance(layer, nn.BatchNorm1d):  # those of a trained head are not the first ones
                nn.init.normal_(layer.running_mean)
        torch.save(network.state_dict(), folder / "model.pth")
        return Handed(folder / "model.pth", network, proposed=proposed)

    return write


def _case(title: str, make: Make) -> Case:
    return Case(FAMILY, title, _written(make))


CHOICE = LoadOptions(head_activation="gelu")
CASES = (
    _case("fc.0, fc.3", _sequential),
    _case("classifier.1.1", _dropout),
    _case("head.fc.0, head.fc.1 of timm", _timm),
    _case("encoder, fc1, bn1, fc2", _functional),
    _case("fastai", _fastai),
    _case("children in a Sequential", _in_a_row),
    _case("features alone", _features),
    _case("a layer behind the 1000 classes", _on_top),
    _case("no head", _bare),
    Case(FAMILY, "GELU, as chosen", _written(_gelu, CHOICE), says=("head-activation gelu",)),
    Case(FAMILY, "two heads", _written(_two_heads), level="rejected"),
)
