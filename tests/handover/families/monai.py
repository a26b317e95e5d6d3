"""MONAI: networks of pictures, as weights and whole; one of volumes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
from monai.networks import nets
from torch import nn

from tests.handover.case import Case, Handed
from tests.handover.families.segmentation_models import mean

FAMILY = "MONAI"


def _written(
    make: Callable[[], nn.Module], whole: bool = False, dense: bool = False
) -> Callable[[Path], Handed]:
    def write(folder: Path) -> Handed:
        torch.manual_seed(0)
        net = make().eval()
        torch.save(net if whole else net.state_dict(), folder / "model.pt")
        scores: dict[str, Any] = {"scores": mean} if dense else {}
        return Handed(folder / "model.pt", net, **scores)

    return write


def _dense() -> nn.Module:
    return nets.DenseNet(2, 1, 3, init_features=8, growth_rate=4, block_config=(2, 2))


def _unet() -> nn.Module:
    return nets.UNet(2, 1, 2, channels=(4, 8, 16), strides=(2, 2), num_res_units=2)


def _basic() -> nn.Module:
    return nets.BasicUNet(2, 1, 2, features=(4, 4, 8, 8, 8, 4))


def _segresnet() -> nn.Module:
    return nets.SegResNet(2, 8, 1, 2, blocks_down=(1, 2), blocks_up=(1,))


def _resnet() -> nn.Module:
    return nets.resnet10(spatial_dims=2, n_input_channels=1, num_classes=3)


def _volume() -> nn.Module:
    return nets.UNet(3, 1, 2, channels=(4, 8), strides=(2,))


CASES = (
    Case(FAMILY, "DenseNet, weights", _written(_dense)),
    Case(FAMILY, "UNet, weights", _written(_unet, dense=True)),
    Case(FAMILY, "BasicUNet, weights", _written(_basic, dense=True)),
    Case(FAMILY, "SegResNet, whole", _written(_segresnet, whole=True, dense=True)),
    Case(FAMILY, "ResNet-10, weights", _written(_resnet), heavy=True),
    Case(FAMILY, "UNet of volumes", _written(_volume), level="rejected"),
)
