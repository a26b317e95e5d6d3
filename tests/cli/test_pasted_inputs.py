"""The `--input` line that a message proposes works as it stands, pasted into the command."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
import torch
import torch.nn.functional as F  # noqa: N812 - its usual name
from torch import Tensor, nn

from tests.cli.conftest import Cli


class Siamese(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.conv, self.end = nn.Conv2d(3, 4, 3), nn.Linear(4, 5)

    def forward(self, left: Tensor, right: Tensor) -> Tensor:
        return self.end((F.relu(self.conv(left)) - F.relu(self.conv(right))).mean((2, 3)))


class WithFacts(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.conv, self.facts, self.end = nn.Conv2d(3, 4, 3), nn.Linear(7, 4), nn.Linear(4, 5)

    def forward(self, image: Tensor, facts: Tensor) -> Tensor:
        return self.end(F.relu(self.conv(image)).mean((2, 3)) + self.facts(facts))


@pytest.mark.parametrize("kind", [Siamese, WithFacts])
@pytest.mark.parametrize("form", ["script", "onnx"])
def test_pasted(cli: Cli, tmp_path: Path, kind: type[nn.Module], form: str) -> None:
    torch.manual_seed(0)
    net, path = kind().eval(), tmp_path / "net"
    other = torch.rand(1, 7) if kind is WithFacts else torch.rand(1, 3, 32, 32)
    if form == "script":
        torch.jit.script(net).save(path)
    else:
        names = ["image", "facts"] if kind is WithFacts else ["left", "right"]
        free = {0: "b", 2: "h", 3: "w"}
        axes = {names[0]: free, names[1]: free if kind is Siamese else {0: "b"}}
        example = (torch.rand(1, 3, 32, 32), other)
        torch.onnx.export(net, example, path, dynamo=False, input_names=names, dynamic_axes=axes)
    first = cli("check", path)
    assert first.returncode == 12
    proposed = re.search(r"--input '[^']+'", " ".join(first.stdout.split()))
    assert proposed is not None, first.stdout
    second = cli("check", path, *shlex.split(proposed[0]))
    assert second.returncode == (10 if form == "script" else 0), second.stdout
