"""torchvision's detectors, whole and as weights, where their compiled operators are missing."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
from torch import nn
from torchvision.models import detection
from torchvision.models.detection.backbone_utils import resnet_fpn_backbone

from tests.handover.case import Case, Handed

FAMILY = "torchvision detection"
SIZES = {"min_size": 64, "max_size": 96}
BARE = {"weights": None, "weights_backbone": None, "num_classes": 3}


def _faster() -> nn.Module:
    body = resnet_fpn_backbone(backbone_name="resnet18", weights=None)
    few = {"rpn_post_nms_top_n_test": 20, "rpn_pre_nms_top_n_test": 40}
    return detection.FasterRCNN(body, num_classes=3, **SIZES, **few)


def _retina() -> nn.Module:
    body = resnet_fpn_backbone(backbone_name="resnet18", weights=None)
    return detection.RetinaNet(body, num_classes=3, topk_candidates=20, **SIZES)


def _ssdlite() -> nn.Module:
    net = detection.ssdlite320_mobilenet_v3_large(**BARE)
    return _with_statistics(net)


def _with_statistics(net: nn.Module) -> nn.Module:
    """Fresh statistics let the values of a deep network vanish: after a few passes they do not."""
    parts: Any = net
    parts.backbone.train()
    parts.head.train()
    with torch.no_grad():
        for _ in range(60):
            parts.head(list(parts.backbone(torch.rand(2, 3, 320, 320)).values()))
    return net


def _written(make: Callable[[], nn.Module], whole: bool) -> Callable[[Path], Handed]:
    def write(folder: Path) -> Handed:
        torch.manual_seed(0)
        net: Any = make().eval()
        torch.save(net if whole else net.state_dict(), folder / "detector.pth")
        return Handed(folder / "detector.pth")

    return write


CASES = (
    Case(FAMILY, "Faster R-CNN, ResNet-18, whole", _written(_faster, whole=True)),
    Case(FAMILY, "RetinaNet, ResNet-18, whole", _written(_retina, whole=True), heavy=True),
    Case(FAMILY, "SSDlite, weights", _written(_ssdlite, whole=False), heavy=True),
)
