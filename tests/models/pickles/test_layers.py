"""Layers of the list come back as they were saved, also by versions of before."""

from __future__ import annotations

import functools
from pathlib import Path

import pytest
import torch
from torch import nn

from tests.security.forged import forge
from xai_core.base.errors import ModelError
from xai_core.models.loading import load_model
from xai_core.models.pickles.restored.names import is_defined, is_method, used_by

pytestmark = pytest.mark.filterwarnings("ignore")


def reopened(model: nn.Module, path: Path) -> nn.Module:
    forge(model, path)
    loaded = load_model(path).module
    assert loaded is not None
    return loaded


def test_a_state_of_before_is_completed_by_its_class(tmp_path: Path) -> None:
    layer = nn.Conv2d(3, 4, 3)
    for name in ("padding_mode", "_reversed_padding_repeated_twice", "_is_full_backward_hook",
                 "_state_dict_pre_hooks", "_non_persistent_buffers_set"):  # fmt: skip
        vars(layer).pop(name)
    loaded = reopened(nn.Sequential(layer), tmp_path / "m")
    assert loaded[0].padding_mode == "zeros"
    assert loaded(torch.rand(1, 3, 8, 8)).shape == (1, 4, 6, 6)


def test_a_name_that_became_a_property_is_left_out(tmp_path: Path) -> None:
    layer = nn.LSTM(3, 4)
    del layer._flat_weight_refs
    vars(layer)["all_weights"] = [["weight_ih_l0", "weight_hh_l0", "bias_ih_l0", "bias_hh_l0"]]
    loaded = reopened(nn.Sequential(layer), tmp_path / "m")
    assert loaded[0].all_weights[0][0] is loaded[0].weight_ih_l0


def test_torch_s_own_constants_stay(tmp_path: Path) -> None:
    model = nn.Sequential(nn.Conv2d(3, 2, 3))
    vars(model).update(dump_patches=True, _version=99)
    loaded = reopened(model, tmp_path / "m")
    assert loaded._version == nn.Module._version
    assert not loaded.dump_patches


def test_buffers_that_are_not_saved_stay_such(tmp_path: Path) -> None:
    model = nn.Sequential(nn.Conv2d(3, 2, 3))
    model.register_buffer("grid", torch.rand(2), persistent=False)
    loaded = reopened(model, tmp_path / "m")
    assert torch.equal(loaded.grid, model.grid)
    assert "grid" not in loaded.state_dict()


def test_a_shared_weight_stays_shared(tmp_path: Path) -> None:
    model = nn.Sequential(nn.Linear(4, 4), nn.Linear(4, 4))
    model[1].weight = model[0].weight
    loaded = reopened(model, tmp_path / "m")
    assert loaded[0].weight is loaded[1].weight


def test_recurrent_layers_with_too_many_layers_are_refused(tmp_path: Path) -> None:
    layer = nn.GRU(3, 4)
    del layer._flat_weight_refs
    layer.num_layers = 10**9
    with pytest.raises(ModelError) as caught:
        reopened(nn.Sequential(layer), tmp_path / "m")
    assert caught.value.code == "unsafe-code"


@pytest.mark.parametrize("made", [functools.partial(nn.ReLU, "x"), functools.partial(nn.ReLU, [1])])
def test_a_partial_holds_numbers(made: object, tmp_path: Path) -> None:
    layer = nn.TransformerEncoderLayer(8, 2, 16)
    layer.activation = made
    with pytest.raises(ModelError) as caught:
        reopened(nn.Sequential(layer), tmp_path / "m")
    assert caught.value.code == "unsafe-code"


def test_names_are_told_apart() -> None:
    assert is_method(nn.Linear, "forward")
    assert is_defined(nn.LSTM, "all_weights")
    assert not is_method(nn.LSTM, "all_weights")
    assert not is_defined(nn.Linear, "in_features")
    assert {"activation", "norm1"} <= used_by(nn.TransformerEncoderLayer)
    assert "activation" not in used_by(nn.Linear)
