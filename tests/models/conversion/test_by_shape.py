"""A script that was converted at a guessed size runs at another as the script itself would."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
import torch.nn.functional as F  # noqa: N812 - its usual name
from torch import Tensor, nn

import xai_core


class Sized(nn.Module):
    """Its converter writes the sizes that it saw into the graph, which then refuses others."""

    def __init__(self) -> None:
        super().__init__()
        self.conv, self.head = nn.Conv2d(1, 4, 3, padding=1), nn.Linear(4, 5)

    def forward(self, x: Tensor) -> Tensor:
        b, _, height, width = x.shape
        return self.head(F.relu(self.conv(x)).reshape(b, 4, height * width).mean(2))


@pytest.fixture
def inputs() -> np.ndarray:
    return np.random.default_rng(0).standard_normal((1, 1, 10, 10)).astype(np.float32)


def test_without_a_shape_and_then_another_one(tmp_path: Path, inputs: np.ndarray) -> None:
    """Case of torch-cam's tests: 1 × 10 × 10 said `Guard failed`, and was rejected."""
    torch.manual_seed(0)
    net = Sized().eval()
    torch.jit.script(net).save(tmp_path / "net.pt")
    model = xai_core.load_model(tmp_path / "net.pt")
    leaf = torch.tensor(inputs, requires_grad=True)
    (slope,) = torch.autograd.grad(net(leaf)[0, 2], leaf)
    found = xai_core.explain(model, inputs, 2, "saliency", absolute=False)
    np.testing.assert_allclose(found.values, slope.numpy(), atol=1e-6)
    assert xai_core.explain(model, inputs, 2, "grad-cam").values.any()
    assert xai_core.assess(model, inputs).level == "ready"
    assert model.module is not None
    wide = torch.rand(1, 1, 12, 20)
    torch.testing.assert_close(model.module(wide), net(wide))


def test_where_no_graph_is_made_the_script_runs(
    tmp_path: Path, inputs: np.ndarray, monkeypatch: pytest.MonkeyPatch
) -> None:
    torch.manual_seed(0)
    net = Sized().eval()
    torch.jit.script(net).save(tmp_path / "net.pt")
    model = xai_core.load_model(tmp_path / "net.pt")
    assert model.module is not None
    monkeypatch.setattr(model.module, "_convert", lambda shape: None)
    leaf = torch.tensor(inputs, requires_grad=True)
    (slope,) = torch.autograd.grad(net(leaf)[0, 2], leaf)
    found = xai_core.explain(model, inputs, 2, "saliency", absolute=False)
    np.testing.assert_allclose(found.values, slope.numpy(), atol=1e-6)
    noisy = xai_core.explain(model, inputs, 2, "noisegrad", n=2).values
    assert not np.array_equal(noisy, found.values)
