"""Another entry of a nested output, in Python, in a worker and on the command line."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from xai_core.attribution.explanation import explain
from xai_core.models.formats.base import LoadOptions
from xai_core.models.loading import load_model
from xai_core.readiness import assess
from xai_core.targets.output_entry import OutputEntry
from xai_core.worker import Worker

PICTURE = np.random.default_rng(0).random((1, 3, 16, 16)).astype(np.float32)


CODE = """
import torch
from torch import nn

class TwoHeads(nn.Module):
    def __init__(self):
        super().__init__()
        torch.manual_seed(0)
        self.stem = nn.Sequential(nn.Conv2d(3, 4, 3), nn.ReLU())
        self.logits, self.aux = nn.Linear(4, 5), nn.Linear(4, 3)

    def forward(self, x):
        y = self.stem(x).mean((2, 3))
        return {"logits": self.logits(y), "others": [self.aux(y), y]}

def build():
    return TwoHeads()
"""


def net() -> Any:
    names: dict[str, Any] = {}
    exec(CODE, names)  # noqa: S102 - the text above
    return names["build"]().eval()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    (tmp_path / "heads.py").write_text(CODE)
    torch.save(net().state_dict(), tmp_path / "weights.pt")
    return tmp_path / "weights.pt"


def options(file: Path, output: str | None = None) -> LoadOptions:
    return LoadOptions(code=(file.with_name("heads.py"),), trust=True, output=output)


def eager(entry: str) -> np.ndarray:
    leaf = torch.from_numpy(PICTURE).requires_grad_(True)
    (gradient,) = torch.autograd.grad(OutputEntry(entry).of(net()(leaf))[0, 1], leaf)
    return gradient.abs().numpy()


@pytest.mark.parametrize("entry", ["['logits']", "logits", "['others'][0]"])
def test_its_gradient_is_explained(entry: str, file: Path) -> None:
    model = load_model(file, options(file, entry))
    verdict = assess(model, PICTURE)
    assert verdict.output_shape == ((1, 3) if "others" in entry else (1, 5))
    found = explain(model, PICTURE, 1, "saliency").values
    np.testing.assert_allclose(found, eager(entry), rtol=1e-4, atol=1e-7)


def test_a_worker_gives_that_entry_and_layers_keep_their_names(file: Path) -> None:
    with Worker() as worker:
        worker.load(file, options(file))
        evidence = worker.assess(PICTURE).evidence
        assert evidence["output_entries"] == {
            "['logits']": [1, 5],
            "['others'][0]": [1, 3],
            "['others'][1]": [1, 4],
        }
        names = [layer.name for layer in worker.layers(PICTURE)]
        worker.load(file, options(file, "['others'][0]"))
        assert worker.predict(PICTURE).shape == (1, 3)
        assert [layer.name for layer in worker.layers(PICTURE)] == names


@pytest.mark.parametrize("entry", ["['nothing']", "[7]", "['logits']['deeper']"])
def test_an_entry_that_is_not_there_is_named(entry: str, file: Path) -> None:
    verdict = assess(load_model(file, options(file, entry)), PICTURE)
    assert verdict.level == "rejected"
    assert "no entry" in verdict.findings[0].message
