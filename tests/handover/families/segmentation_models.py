"""segmentation-models-pytorch: weights, a trainer's checkpoint, whole modules."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import segmentation_models_pytorch as smp
import torch
from torch import Tensor, nn

from tests.handover.case import Case, Handed

FAMILY = "segmentation-models-pytorch"
Make = Callable[[], nn.Module]


def mean(output: Any) -> Tensor:
    """A dense map's score of each channel, as Pedestal takes it."""
    output = output[0] if isinstance(output, tuple) else output
    return output.flatten(2).mean(2)


def _plain(net: nn.Module) -> Any:
    return net.state_dict()


def _lightning(net: nn.Module) -> Any:
    named = {f"model.{name}": value for name, value in net.state_dict().items()}
    return {"epoch": 3, "state_dict": named, "hyper_parameters": {"lr": 1e-3}}


def _whole(net: nn.Module) -> Any:
    return net


def written(make: Make, put: Callable[[nn.Module], Any]) -> Callable[[Path], Handed]:
    """What `put` makes of a network, beside the network."""

    def write(folder: Path) -> Handed:
        torch.manual_seed(0)
        net = make().eval()
        torch.save(put(net), folder / "model.pth")
        return Handed(folder / "model.pth", net, mean)

    return write


def _unet(encoder: str = "resnet18", **how: Any) -> Make:
    how = {"encoder_depth": 3, "decoder_channels": (16, 8, 8), **how}
    return lambda: smp.Unet(encoder, encoder_weights=None, classes=2, **how)


def _fpn() -> nn.Module:
    return smp.FPN("timm-efficientnet-b0", encoder_weights=None, classes=3)


def _deeplab() -> nn.Module:
    return smp.DeepLabV3Plus("mobilenet_v2", encoder_weights=None, decoder_channels=16)


CASES = (
    Case(FAMILY, "Unet, ResNet-18, weights", written(_unet(), _plain)),
    Case(
        FAMILY, "Unet, timm's ConvNeXt, Lightning", written(_unet("tu-convnext_atto"), _lightning)
    ),
    Case(FAMILY, "FPN, EfficientNet, weights", written(_fpn, _plain), heavy=True),
    Case(FAMILY, "DeepLabV3+, MobileNetV2, weights", written(_deeplab, _plain), heavy=True),
    Case(FAMILY, "Unet, grey, whole", written(_unet(in_channels=1), _whole)),
)
