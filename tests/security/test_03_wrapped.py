"""The same through what wraps a module, and through the hooks that are computed here."""

from __future__ import annotations

import functools
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import nn
from torch.nn import utils
from torch.nn.utils.weight_norm import WeightNorm
from torch.optim.swa_utils import AveragedModel

from tests.models.formats.hostile import Reduced
from tests.security.forged import forge, loud, network
from xai_core.base.errors import ModelError
from xai_core.models.loading import load_model

pytestmark = pytest.mark.filterwarnings("ignore")
CANARY = nn.Threshold(1e9, 12345.0)
WRAPPED: dict[str, Callable[[nn.Module], Any]] = {
    "parallel": nn.DataParallel,
    "averaged": AveragedModel,
    "compiled": torch.compile,
    "in a checkpoint": lambda model: {"epoch": 1, "ema": model},
    "twice": lambda model: nn.DataParallel(nn.DataParallel(model)),
}


@pytest.mark.parametrize("inside", [False, True])
@pytest.mark.parametrize("kind", WRAPPED)
def test_hooks_of_a_wrapped_module(kind: str, inside: bool, tmp_path: Path) -> None:
    model = network()
    held = WRAPPED[kind](model)
    target: Any = model if inside or isinstance(held, dict) else held
    vars(target)["_forward_hooks"] = {0: CANARY}
    if kind == "compiled":
        torch.save(held, tmp_path / "m.pt")
    else:
        forge(held, tmp_path / "m.pt")
    loaded = load_model(tmp_path / "m.pt")
    assert loaded.module is not None
    assert loud(loaded.module) == []
    inputs = torch.rand(1, 3, 8, 8)
    assert torch.equal(loaded.module(inputs), network()(inputs))


def named(name: str, how: Any = 0) -> Callable[[], nn.Module]:
    def make() -> nn.Module:
        layer = utils.weight_norm(nn.Conv2d(3, 4, 3))
        hook = next(iter(layer._forward_pre_hooks.values()))
        vars(hook).update(name=name, dim=how)
        held: Any = layer._parameters
        for part in ("_g", "_v"):
            held[f"{name}{part}"] = held.pop(f"weight{part}", torch.rand(1))
        return layer

    return make


def _elsewhere() -> nn.Module:
    layer = nn.Conv2d(3, 4, 3)
    vars(layer)["_forward_pre_hooks"] = {0: WeightNorm("bias", 0)}
    return layer


REFUSED = {
    "called forward": named("forward"),
    "called as a text of code": named("x\n    pass\n    y"),
    "called like the bias": named("bias"),
    "along a text": named("weight", "0"),
    "along nowhere": named("weight", 9),
    "without its tensors": _elsewhere,
}


@pytest.mark.parametrize("kind", REFUSED)
def test_a_norm_that_does_not_fit_is_refused(kind: str, tmp_path: Path) -> None:
    forge(nn.Sequential(REFUSED[kind]()), tmp_path / "m.pt")
    with pytest.raises(ModelError) as caught:
        load_model(tmp_path / "m.pt")
    assert caught.value.code == "unsafe-code"


HONEST: dict[str, Callable[[], nn.Module]] = {
    "weights in a list": lambda: _with_list(),
    "attention": lambda: nn.TransformerEncoderLayer(8, 2, 16, batch_first=True),
    "many kinds": lambda: nn.Sequential(
        nn.Conv2d(3, 8, 3, padding="same", padding_mode="reflect"), nn.InstanceNorm2d(8),
        nn.PReLU(8), nn.LPPool2d(2, 2), nn.PixelShuffle(2), nn.Hardtanh(),
        nn.Upsample(scale_factor=2), nn.BatchNorm2d(2), nn.Softmax2d(), nn.ConstantPad2d(1, 0.5),
    ),
}  # fmt: skip


def _with_list() -> nn.Module:
    model = nn.Sequential(nn.Conv2d(3, 4, 3))
    model.scales = nn.ParameterList([nn.Parameter(torch.rand(2)), nn.Parameter(torch.rand(1))])
    model.named = nn.ParameterDict({"a": nn.Parameter(torch.rand(2))})
    return model


@pytest.mark.parametrize("kind", HONEST)
def test_honest_layers_are_as_saved(kind: str, tmp_path: Path) -> None:
    torch.manual_seed(0)
    model = HONEST[kind]().eval()
    torch.save(model, tmp_path / "m.pt")
    loaded = load_model(tmp_path / "m.pt")
    assert loaded.module is not None
    assert loaded.findings == ()
    own, other = loaded.module.state_dict(), model.state_dict()
    assert list(own) == list(other)
    assert all(torch.equal(own[name], other[name]) for name in other)
    assert str(loaded.module) == str(model)
    for layer, before in zip(loaded.module.modules(), model.modules(), strict=True):
        plain = {k: v for k, v in vars(before).items() if isinstance(v, int | float | str | tuple)}
        assert {name: vars(layer)[name] for name in plain} == plain


CALLS = {
    "a layer made by a partial": Reduced(functools.partial(nn.Linear, 3, 3)),
    "a function that is called": Reduced(torch.nn.functional.relu, torch.rand(1)),
    "a layer that is called": Reduced(nn.Linear, 3, 3),
    "a layer that is a state": Reduced(nn.Sequential, nn.ReLU()),
}


@pytest.mark.parametrize("kind", CALLS)
def test_nothing_is_called(kind: str, tmp_path: Path) -> None:
    torch.save({"model": network(), "x": CALLS[kind]}, tmp_path / "m.pt")
    with pytest.raises(ModelError) as caught:
        load_model(tmp_path / "m.pt")
    assert caught.value.code in ("unsafe-code", "needs-trust")
