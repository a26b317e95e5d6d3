"""A guarded pickle holds data: nothing that a file puts on a layer or a tensor runs."""

from __future__ import annotations

import functools
from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import nn

from tests.models.formats.hostile import Reduced
from tests.security.forged import forge, loud, network, put, saved
from xai_core.base.errors import ModelError, XaiError
from xai_core.models.loading import load_model
from xai_core.models.pickles.restored import names

pytestmark = pytest.mark.filterwarnings("ignore")
CANARY = nn.Threshold(1e9, 12345.0)  # an allowed layer: whatever passes through it is this number
HOOKS = sorted(name for name in names.machinery() if "hook" in name and "is_full" not in name)


def mapping(**attributes: Any) -> OrderedDict[str, Any]:
    made: OrderedDict[str, Any] = OrderedDict()
    vars(made).update(attributes)
    return made


def parameter(layer: nn.Module, state: dict[str, Any] | None, hooks: Any = None) -> None:
    held: Any = layer._parameters
    data = held["weight"].detach()
    hooks = OrderedDict() if hooks is None else hooks
    if state is None:
        made: Any = Reduced(torch._utils._rebuild_parameter, data, True, hooks)
    else:
        made = Reduced(torch._utils._rebuild_parameter_with_state, data, True, hooks, state)
    held["weight"] = made


def tensor_hook(model: nn.Sequential) -> None:
    held: Any = model[0]._parameters
    weight = held["weight"].detach()
    storage = weight.untyped_storage()
    typed = torch.storage.TypedStorage(wrap_storage=storage, dtype=torch.float32, _internal=True)
    made = Reduced(
        torch._utils._rebuild_tensor_v2,
        typed, 0, tuple(weight.shape), weight.stride(), True, {0: CANARY},
    )  # fmt: skip
    held["weight"] = Reduced(torch._utils._rebuild_parameter, made, True, OrderedDict())


def odd_modules(model: nn.Sequential) -> None:
    held = mapping(values=CANARY, items=CANARY, keys=CANARY)
    held.update(model._modules)
    vars(model)["_modules"] = held


DROPPED: dict[str, Callable[[nn.Sequential], object]] = {
    **{name: put(**{name: {0: CANARY}}) for name in HOOKS},
    **{f"{name} as layers": put(**{name: nn.ModuleDict({"0": CANARY})}) for name in HOOKS},
    **{f"{name} below": lambda m, n=name: vars(m[0]).update({n: {0: CANARY}}) for name in HOOKS},
    "compiled call, a layer": put(_compiled_call_impl=CANARY),
    "compiled call, below": lambda m: vars(m[4]).update(_compiled_call_impl=CANARY),
    "compiled call, a class": put(_compiled_call_impl=nn.Identity),
    "compiled call, a function": put(_compiled_call_impl=torch.nn.functional.relu),
    "compiled call, a partial": put(_compiled_call_impl=functools.partial(nn.Identity)),
    "parameter hook": lambda m: parameter(m[0], None, {0: CANARY}),
    "parameter hook, a layer": lambda m: parameter(m[0], None, CANARY),
    "parameter state": lambda m: parameter(m[0], {"_backward_hooks": {0: CANARY}}),
    "parameter to": lambda m: parameter(m[0], {"to": CANARY}),
    "parameter is_floating_point": lambda m: parameter(m[0], {"is_floating_point": CANARY}),
    "parameter detach": lambda m: parameter(m[0], {"detach": CANARY}),
    "parameter slots": lambda m: parameter(m[0], ({}, {"data": CANARY})),  # type: ignore[arg-type]
    "parameter grad": lambda m: parameter(m[0], {"_grad": CANARY, "grad_fn": CANARY}),
    "tensor hook": tensor_hook,
    "layer beside": put(teacher=CANARY),
    "layers beside": put(teachers=[{"one": (CANARY,)}]),
    "function beside": put(act=torch.nn.functional.relu),
    "class beside": put(kinds=nn.Linear),
}
QUIET: dict[str, Callable[[nn.Sequential], object]] = {
    "ordered dict that answers": odd_modules,
    "parameters that answer": lambda m: vars(m[0]).update(
        _parameters=_with(mapping(values=CANARY, items=CANARY), m[0]._parameters)
    ),
    "a config that answers": put(pretrained_cfg=mapping(get=CANARY, keys=CANARY)),
    "a flag for hooks": put(_is_full_backward_hook=True),
}
REFUSED: dict[str, Callable[[nn.Sequential], object]] = {
    **{
        name: put(**{name: CANARY})
        for name in ("forward", "_call_impl", "_wrapped_call_impl", "_slow_forward", "__call__",
                     "__class__", "__dict__", "named_parameters", "state_dict", "to", "eval",
                     "register_buffer", "_apply", "__getattr__", "_save_to_state_dict")
    },
    "an attribute that is data": put(forward=3),
    "a layer called as a method": lambda m: m._modules.update(forward=CANARY),
    "a weight called as a method": lambda m: m._parameters.update(forward=m[0].weight),
    "a buffer called as a method": lambda m: m._buffers.update(eval=torch.rand(1)),
    "a weight that is hidden": lambda m: vars(m[0]).update(weight=torch.zeros(4, 3, 3, 3)),
    "a weight twice": lambda m: m[0]._buffers.update(weight=torch.rand(1)),
    "modules as layers": put(_modules=nn.ModuleDict({"0": CANARY})),
    "parameters as layers": put(_parameters=nn.ParameterDict({"0": torch.rand(1)})),
    "a layer among the weights": lambda m: m._parameters.update(x=CANARY),
    "a number among the layers": lambda m: m._modules.update(x=3),
    "a class among the layers": lambda m: m._modules.update(x=nn.ReLU),
    "a partial among the layers": lambda m: m._modules.update(x=functools.partial(nn.ReLU)),
    "an attribute with a name of two": put(**{"a.b": 1}),
    "a layer that is called": lambda m: m._modules.update(x=Reduced(nn.ReLU)),
    "a tensor of a layer": lambda m: parameter_of(m, Reduced(nn.Threshold, 1.0, 2.0)),
    "a tensor by a layer": lambda m: parameter_of(
        m, Reduced(torch._tensor._rebuild_from_type_v2, nn.Threshold, torch.Tensor, (1.0, 2.0), {})
    ),
}  # fmt: skip


def parameter_of(model: nn.Sequential, made: Any) -> None:
    held: Any = model[0]._parameters
    held["weight"] = Reduced(torch._utils._rebuild_parameter, made, True, OrderedDict())


def _with(made: OrderedDict[str, Any], held: Any) -> OrderedDict[str, Any]:
    made.update(held)
    return made


@pytest.mark.parametrize("kind", DROPPED)
def test_behaviour_is_left_off_and_told(kind: str, tmp_path: Path) -> None:
    plain = saved(tmp_path / "m.pt", DROPPED[kind])
    loaded = load_model(tmp_path / "m.pt")
    assert "hooks-dropped" in [one.code for one in loaded.findings]
    _same(plain, loaded.module)


@pytest.mark.parametrize("kind", QUIET)
def test_containers_are_plain(kind: str, tmp_path: Path) -> None:
    plain = saved(tmp_path / "m.pt", QUIET[kind])
    loaded = load_model(tmp_path / "m.pt")
    _same(plain, loaded.module)


@pytest.mark.parametrize("kind", REFUSED)
def test_what_a_class_defines_is_never_replaced(kind: str, tmp_path: Path) -> None:
    saved(tmp_path / "m.pt", REFUSED[kind])
    with pytest.raises(ModelError) as caught:
        load_model(tmp_path / "m.pt")
    assert caught.value.code == "unsafe-code"


def _same(plain: nn.Module, module: nn.Module | None) -> None:
    assert module is not None
    assert loud(module) == []
    inputs = torch.rand(1, 3, 8, 8, requires_grad=True)
    outputs, expected = module(inputs), plain(inputs)
    assert torch.equal(outputs, expected)
    outputs.sum().backward()
    expected.sum().backward()
    for own, other in zip(module.parameters(), plain.parameters(), strict=True):
        assert own.grad is not None
        assert other.grad is not None
        assert torch.equal(own.grad, other.grad)


def test_the_names_are_those_of_the_installed_version() -> None:
    """Whatever `nn.Module` gives an object is data that is listed, or is never restored."""
    made = nn.Module()
    made.register_forward_hook(lambda *_: None)
    assert set(vars(made)) <= {*names.machinery(), *names.DATA}
    assert not names.machinery().intersection(names.DATA)
    for name in (*dir(nn.Module), "forward", "weight_of_nothing"):
        assert names.is_defined(nn.Linear, name) == hasattr(nn.Linear, name)


@pytest.mark.parametrize("kind", [nn.LSTM, nn.GRU, nn.RNN])
def test_recurrent_weights_are_the_parameters(kind: type[nn.RNNBase], tmp_path: Path) -> None:
    layer = kind(3, 4, 2, bidirectional=True).eval()
    expected = layer(torch.ones(2, 1, 3))[0]
    vars(layer)["_flat_weights"] = [torch.zeros_like(one) for one in layer._flat_weights]
    del layer._flat_weight_refs
    forge(nn.Sequential(layer), tmp_path / "m.pt")
    loaded = load_model(tmp_path / "m.pt").module
    assert loaded is not None
    assert torch.equal(loaded[0](torch.ones(2, 1, 3))[0], expected)


def test_a_partial_and_a_function_stay_where_the_class_uses_them(tmp_path: Path) -> None:
    layer = nn.TransformerEncoderLayer(8, 2, 16, activation="gelu", batch_first=True).eval()
    torch.save(nn.Sequential(layer), tmp_path / "m.pt")
    loaded = load_model(tmp_path / "m.pt")
    assert loaded.module is not None
    assert loaded.findings == ()
    assert loaded.module[0].activation is torch.nn.functional.gelu


def test_states_are_as_saved(tmp_path: Path) -> None:
    model = network()
    model.names = ["a", "b"]  # type: ignore[assignment]
    model.facts = {"size": torch.Size([3, 4]), "kind": torch.float16, 3: (1, 2.5, None)}  # type: ignore[assignment]
    torch.save(model, tmp_path / "m.pt")
    loaded = load_model(tmp_path / "m.pt").module
    assert loaded is not None
    assert loaded.names == ["a", "b"]
    assert loaded.facts == {"size": torch.Size([3, 4]), "kind": torch.float16, 3: (1, 2.5, None)}


@pytest.mark.parametrize("depth", [200, 3000])
def test_deep_states_end_with_a_sentence(depth: int, tmp_path: Path) -> None:
    held: Any = 1
    for _ in range(min(depth, 300)):
        held = [held]
    saved(tmp_path / "m.pt", put(deep=held))
    with pytest.raises(XaiError):
        load_model(tmp_path / "m.pt")
