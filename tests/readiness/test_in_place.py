"""An in-place change that spoils the backward pass: its line is named, and the fix is right.

Sources of the kinds: pytorch/pytorch 15803 (`h += y` after a ReLU), 23653 (`x[:, 0] = …`).
"""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path
from types import ModuleType

import pytest
import torch

import xai_core
from xai_core.readiness.tracing.in_place import GENERAL, remedy

NET = """
import torch
import torch.nn.functional as F
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.first, self.second, self.head = nn.Conv2d(3, 4, 3), nn.Conv2d(4, 4, 1), nn.Linear(4, 5)
        self.act = nn.ReLU(inplace=True)

    def forward(self, x):
        h = {start}(self.first(x))
        {lines}
        return self.head(h.mean((2, 3)))
"""
CASES = {
    "torch.relu": ("y = self.second(h)", "h += y  # here"),
    "torch.sigmoid": ("h[:, 0] = 0.5  # here", "h = self.second(h)"),
    "torch.tanh": ("y = self.second(h)", "h.add_(y)  # here"),
    "torch.exp": ("y = h * h", "F.relu(h, inplace=True)  # here", "h = h + y"),
    "torch.softmax": ("h[:, 1] *= 2  # here", "h = h + self.second(h)"),
    "F.softplus": ("y = self.second(h)", "h = torch.relu_(h) + y  # here"),
}


def made(text: str, folder: Path) -> ModuleType:
    file = folder / f"net_{abs(hash(text))}.py"
    file.write_text(text)
    spec = importlib.util.spec_from_file_location(file.stem, file)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def written(start: str, lines: tuple[str, ...]) -> str:
    call = "(lambda t: torch.softmax(t, 1))" if start == "torch.softmax" else start
    return NET.format(start=call, lines="\n        ".join(lines))


@pytest.mark.parametrize("start", CASES)
def test_the_line_is_that_of_the_change_and_the_fix_works(start: str, tmp_path: Path) -> None:
    text = written(start, CASES[start])
    torch.manual_seed(0)
    spoilt = made(text, tmp_path).Net().eval()
    verdict = xai_core.assess(spoilt)
    assert verdict.level == "inference-only"
    found = next(one for one in verdict.findings if one.severity == "error")
    line = next(n for n, one in enumerate(text.splitlines(), 1) if "# here" in one)
    assert found.where is not None
    assert found.where.endswith(f".py:{line}")
    hint = re.search(r"`(.+)`", found.hint)
    assert hint is not None, found.hint
    mended = [
        (one if found.hint.startswith("Change a copy") else "", hint[1])[::-1]
        if "# here" in one
        else (one,)
        for one in CASES[start]
    ]
    lines = tuple(one for pair in mended for one in pair if one)
    sound = made(written(start, lines), tmp_path).Net().eval()
    sound.load_state_dict(spoilt.state_dict())
    picture = torch.rand(1, 3, 16, 16)
    assert torch.equal(sound(picture), spoilt(picture))
    assert xai_core.assess(sound).level == "ready"


def test_a_layer_that_works_in_place_is_named(tmp_path: Path) -> None:
    net = made(written("torch.sigmoid", ("h = self.act(h)", "h = self.second(h)")), tmp_path).Net()
    found = next(one for one in xai_core.assess(net.eval()).findings if one.severity == "error")
    assert found.layer == "act"
    assert "model.act.inplace = False" in found.hint
    net.act.inplace = False
    assert xai_core.assess(net).level == "ready"


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("h -= a - b", "h = h - (a - b)"),
        ("h = self.bn(x).relu_()", "h = self.bn(x).relu()"),
        ("self.mix[i].mul_(2)", "self.mix[i] = self.mix[i].mul(2)"),
        ("with torch.no_grad():", None),
    ],
)
def test_remedies(line: str, expected: str | None) -> None:
    told = remedy(line)
    assert told == GENERAL if expected is None else f"`{expected}`" in told


def test_a_view_is_not_copied_itself() -> None:
    assert "v is a view of another tensor" in remedy("v *= 2", view=True)
    assert "`h = h.clone()`" in remedy("h[:, 0] *= 2", view=True)
