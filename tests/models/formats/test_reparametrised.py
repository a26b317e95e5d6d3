"""Hooks and wrappers of a file are not restored, and what they say has to fit."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from torch import nn
from torch.nn import utils

from xai_core.base.errors import ModelError
from xai_core.models.loading import inspect_file, load_model

pytestmark = pytest.mark.filterwarnings("ignore")


@pytest.mark.parametrize(
    "layer",
    [
        utils.weight_norm(nn.Conv2d(3, 4, 3)),
        utils.weight_norm(nn.Conv2d(3, 4, 3), dim=None),
        utils.weight_norm(nn.Conv2d(3, 4, 3), dim=1),
        utils.spectral_norm(nn.Conv2d(3, 4, 3)),
        utils.spectral_norm(nn.ConvTranspose2d(3, 4, 3)),
    ],
)
def test_the_weight_is_that_of_the_hook(layer: nn.Module, tmp_path: Path) -> None:
    network = nn.Sequential(
        layer, nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(4, 2)
    )
    inputs = torch.randn(2, 3, 16, 16)
    network(inputs)
    torch.save(network.eval(), tmp_path / "m")
    assert not inspect_file(tmp_path / "m").needs_trust
    loaded = load_model(tmp_path / "m").module
    assert loaded is not None
    assert list(loaded[0]._forward_pre_hooks) == []
    assert torch.allclose(loaded(inputs), network(inputs), atol=1e-6)


def test_a_hook_in_a_layer_without_its_tensors_is_refused(tmp_path: Path) -> None:
    layer = utils.weight_norm(nn.Conv2d(3, 4, 3))
    del layer.weight_g
    torch.save(nn.Sequential(layer), tmp_path / "m")
    with pytest.raises(ModelError) as caught:
        load_model(tmp_path / "m")
    assert caught.value.code == "unsafe-code"


def test_only_what_compiles_is_left_off(tmp_path: Path) -> None:
    compiled = torch.compile(nn.Sequential(nn.Conv2d(3, 4, 3), nn.ReLU()))
    torch.save(compiled, tmp_path / "m")
    assert not inspect_file(tmp_path / "m").needs_trust
    assert type(load_model(tmp_path / "m").module) is nn.Sequential
