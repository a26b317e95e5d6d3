"""ImageNet's names where there are as many outputs and no others are known, in every format."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from torch import nn

import xai_core
from tests.dose import pairs
from xai_core.models.formats.base import LoadOptions
from xai_core.readiness import to_json


def _written(kind: str, net: nn.Module, path: Path) -> None:
    example = torch.zeros(1, 3, 32, 32)
    if kind == "eager":
        torch.save(net, path)
    elif kind == "script":
        torch.jit.script(net).save(path)
    elif kind == "export":
        torch.export.save(torch.export.export(net, (example,)), path)
    else:
        torch.onnx.export(net, (example,), path, dynamo=False)


FIRST = {1000: "tench", 1001: "background", 999: ""}


@pytest.mark.parametrize(("kind", "outputs"), pairs(["eager", "script", "export", "onnx"], FIRST))
def test_as_many_outputs(kind: str, outputs: int, tmp_path: Path) -> None:
    first = FIRST[outputs]
    torch.manual_seed(0)
    body = (nn.Conv2d(3, 4, 3), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten())
    net = nn.Sequential(*body, nn.Linear(4, outputs)).eval()
    path = tmp_path / ("net.pt2" if kind == "export" else "net")
    _written(kind, net, path)
    model = xai_core.load_model(path, LoadOptions(trust=True))
    assert model.labels_assumed == bool(first)
    assert (model.labels[0] if model.labels else "") == first
    codes = {one.code for one in model.findings}
    assert ("classes-assumed" in codes) == bool(first)
    if kind == "eager":
        assert to_json(xai_core.assess(model))["evidence"].get("labels_assumed", False) == bool(
            first
        )
