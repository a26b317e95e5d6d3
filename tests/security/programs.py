"""Exported programs whose JSON, records or archive an attacker has chosen."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable
from functools import cache
from typing import Any

import torch
from torch import nn

from tests.security.scripts import Entries

MODEL = "m/models/model.json"
WEIGHTS = "m/data/weights/model_weights_config.json"
Change = Callable[[Any], object]


@cache
def sound() -> Entries:
    """The entries of an honest file, with one open size and a constant."""

    class Small(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.body = nn.Sequential(nn.Conv2d(3, 4, 3), nn.ReLU())
            self.scale = torch.ones(4, 1, 1)

        def forward(self, x: torch.Tensor) -> dict[str, torch.Tensor]:
            y = self.body(x) * self.scale
            return {"logits": y.reshape(y.shape[0], 4, -1).mean(-1), "inner": y}

    buffer = io.BytesIO()
    shapes = ({0: torch.export.Dim("batch", max=64), 2: torch.export.Dim("h", min=8, max=64)},)
    inputs = torch.rand(2, 3, 8, 8)
    torch.export.save(torch.export.export(Small(), (inputs,), dynamic_shapes=shapes), buffer)
    with zipfile.ZipFile(buffer) as archive:
        names = archive.namelist()
        root = names[0].partition("/")[0]
        return {"m" + name.removeprefix(root): archive.read(name) for name in names}


def changed(change: Change, entry: str = MODEL) -> Entries:
    """The honest file with another document in one of its JSON entries."""
    document = json.loads(sound()[entry])
    change(document)
    return {**sound(), entry: json.dumps(document).encode()}


def replaced(old: str, new: str, entry: str = MODEL) -> Entries:
    """The honest file with a text replaced wherever it stands."""
    text = sound()[entry].decode()
    quoted = json.dumps(new)[1:-1]
    assert old in text
    return {**sound(), entry: text.replace(old, quoted).encode()}


def node(document: Any, kind: str = "conv2d") -> Any:
    """One of the operators of the graph."""
    nodes = document["graph_module"]["graph"]["nodes"]
    return next(one for one in nodes if f".{kind}." in one["target"])
