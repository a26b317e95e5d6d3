"""facenet-pytorch and efficientnet-pytorch."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import torch
from efficientnet_pytorch import EfficientNet
from facenet_pytorch import InceptionResnetV1
from torch import nn

from tests.handover.case import Case, Handed

FACES, EFFICIENT = "facenet-pytorch", "efficientnet-pytorch"


def _written(make: Callable[[], nn.Module], whole: bool = False) -> Callable[[Path], Handed]:
    def write(folder: Path) -> Handed:
        torch.manual_seed(0)
        net = make().eval()
        torch.save(net if whole else net.state_dict(), folder / "model.pt")
        return Handed(folder / "model.pt", net)

    return write


def _known_faces() -> nn.Module:
    return InceptionResnetV1(classify=True, num_classes=4)


def _efficient() -> nn.Module:
    return EfficientNet.from_name("efficientnet-b0", num_classes=4)


CASES = (
    Case(FACES, "InceptionResnetV1, an embedding", _written(InceptionResnetV1), heavy=True),
    Case(FACES, "InceptionResnetV1, four known faces", _written(_known_faces), heavy=True),
    Case(EFFICIENT, "b0, four classes, weights", _written(_efficient), heavy=True),
    Case(EFFICIENT, "b0, four classes, whole", _written(_efficient, whole=True), heavy=True),
)
