"""Weights of transformers for another picture size than the published ones'."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import timm
import torch
import torchvision.models as zoo
from torch import nn

from tests.handover.case import Case, Handed

FAMILY = "other size"


def _written(make: Callable[[], nn.Module]) -> Callable[[Path], Handed]:
    def write(folder: Path) -> Handed:
        torch.manual_seed(0)
        network = make().eval()
        for layer in network.modules():  # torchvision starts with a head of zeros
            if isinstance(layer, nn.Linear) and not layer.weight.any():
                nn.init.normal_(layer.weight, 0, 0.1)
        torch.save(network.state_dict(), folder / "model.pth")
        return Handed(folder / "model.pth", network)

    return write


def _timm(name: str, **how: Any) -> Callable[[Path], Handed]:
    return _written(lambda: timm.create_model(name, num_classes=5, **how))


TINY, SWIN = "vit_tiny_patch16_224", "swin_tiny_patch4_window7_224"
CASES = (
    Case(FAMILY, "ViT at 96", _timm(TINY, img_size=96), heavy=True),
    Case(FAMILY, "ViT of 4 × 4 patches at 32", _timm(TINY, img_size=32, patch_size=4)),
    Case(FAMILY, "Swin at 256, window 8", _timm(SWIN, img_size=256, window_size=8), heavy=True),
    Case(
        FAMILY, "torchvision's ViT at 96", _written(lambda: zoo.vit_b_32(image_size=96)), heavy=True
    ),
)
