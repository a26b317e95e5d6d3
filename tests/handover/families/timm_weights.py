"""timm: a state dict alone, and under the names that trainers give it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import timm
import torch

from tests.handover.case import Case, Handed

FAMILY = "timm"
Tensors = dict[str, torch.Tensor]


def _weights(name: str, put: Callable[[Tensors], Any], **how: Any) -> Callable[[Path], Handed]:
    def write(folder: Path) -> Handed:
        torch.manual_seed(0)
        net = timm.create_model(name, **how).eval()
        torch.save(put(net.state_dict()), folder / "model.pth")
        return Handed(folder / "model.pth", net)

    return write


def _compiled(tensors: Tensors) -> dict[str, Any]:
    """As a trainer of a compiled, parallel network keeps it."""
    named = {f"_orig_mod.module.{name}": value for name, value in tensors.items()}
    return {"epoch": 3, "state_dict": named, "arch": "resnet18"}


CASES = (
    Case(FAMILY, "resnet18, five classes", _weights("resnet18", dict, num_classes=5)),
    Case(FAMILY, "resnet18, compiled, with its epoch", _weights("resnet18", _compiled)),
)
