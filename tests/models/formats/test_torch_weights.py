from __future__ import annotations

import sys
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest
import torch
from torch import nn

from tests.dose import pairs
from xai_core.base.errors import ModelError
from xai_core.base.loaded_model import LoadedModel
from xai_core.models.architectures.base import ARCHITECTURES
from xai_core.models.demo import demo_weights
from xai_core.models.formats.base import LoadOptions
from xai_core.models.loading import inspect_file, load_model
from xai_core.pictures.demo import picture_path
from xai_core.pictures.preprocessing import open_picture, prepare
from xai_core.targets.imagenet import imagenet_labels


@pytest.fixture(scope="module")
def lite() -> nn.Module:
    torch.manual_seed(0)
    return ARCHITECTURES["efficientnet-lite0"].build(10).eval()


def assert_same(loaded: LoadedModel, model: nn.Module) -> None:
    assert loaded.module is not None
    other = model.state_dict()
    assert loaded.module.state_dict().keys() == other.keys()
    device = next(loaded.module.parameters()).device
    for name, tensor in loaded.module.state_dict().items():
        assert torch.equal(tensor, other[name].to(device))


def test_demo_model_sees_the_cat(capsys: pytest.CaptureFixture[str]) -> None:
    loaded = load_model(demo_weights())
    assert loaded.module is not None
    inputs = torch.from_numpy(prepare(open_picture(picture_path("cat")), loaded.input_spec).inputs)
    device = next(loaded.module.parameters()).device
    with torch.no_grad():
        shares = loaded.module(inputs.to(device)).softmax(1)[0]
    assert int(shares.argmax()) == 285
    assert float(shares.max()) == pytest.approx(0.38, abs=0.01)
    assert loaded.labels is not None
    assert loaded.labels[285] == "Egyptian cat"
    assert len(imagenet_labels()) == 1000
    assert capsys.readouterr().out == ""


def lightning(state: dict[str, Any]) -> dict[str, Any]:
    return {
        "epoch": 3,
        "pytorch-lightning_version": "2.0",
        "state_dict": {f"model.{key}": value for key, value in state.items()},
        "optimizer_states": [{"state": {0: {"exp_avg": torch.rand(3)}}}],
        "hyper_parameters": {"lr": 0.1},
    }


CHECKPOINTS = {
    "plain": lambda s: s,
    "state_dict": lambda s: {"state_dict": s, "epoch": 1},
    "nested": lambda s: {"best": {"model": s}, "optimizer": {"state": {"w": torch.rand(2)}}},
    "data-parallel": lambda s: {f"module.{key}": value for key, value in s.items()},
    "compiled": lambda s: {"model": {f"_orig_mod.module.{k}": v for k, v in s.items()}},
    "lightning": lightning,
    "without-counters": lambda s: {k: v for k, v in s.items() if "num_batches" not in k},
    "legacy-module": lambda s: {"model": s, "args": SimpleNamespace(lr=1)},
}


@pytest.mark.parametrize(("kind", "legacy"), pairs(CHECKPOINTS, [False, True]))
def test_checkpoints(kind: str, legacy: bool, lite: nn.Module, tmp_path: Path) -> None:
    path = tmp_path / "w.bin"
    checkpoint = CHECKPOINTS[kind](dict(lite.state_dict()))
    torch.save(checkpoint, path, _use_new_zipfile_serialization=not legacy)
    loaded = load_model(path)
    assert loaded.format == "torch-weights"
    assert loaded.labels is None
    assert not loaded.module.training  # type: ignore[union-attr]
    if kind != "without-counters":
        assert_same(loaded, lite)


def test_two_weights_prefer_the_usual_entry(lite: nn.Module, tmp_path: Path) -> None:
    other = {key: value * 0 for key, value in lite.state_dict().items()}
    torch.save({"older": other, "state_dict": lite.state_dict()}, tmp_path / "w.pt")
    assert_same(load_model(tmp_path / "w.pt"), lite)


def test_objects_of_absent_classes_do_no_harm(lite: nn.Module, tmp_path: Path) -> None:
    absent = ModuleType("absent_library")
    absent.Config = type("Config", (dict,), {"__module__": "absent_library"})  # type: ignore[attr-defined]
    absent.Callback = type("Callback", (), {"__module__": "absent_library"})  # type: ignore[attr-defined]
    sys.modules["absent_library"] = absent
    try:
        callback = absent.Callback()
        callback.best = 3
        extra = {"hyper_parameters": absent.Config(lr=0.1), "callbacks": [callback]}
        torch.save({"state_dict": lite.state_dict(), **extra}, tmp_path / "w.ckpt")
    finally:
        del sys.modules["absent_library"]
    assert_same(load_model(tmp_path / "w.ckpt"), lite)


def test_safetensors(lite: nn.Module, tmp_path: Path) -> None:
    from safetensors.torch import save_file

    save_file(dict(lite.state_dict()), tmp_path / "w.pt")
    assert inspect_file(tmp_path / "w.pt").facts["Tensors"] == str(len(lite.state_dict()))
    assert_same(load_model(tmp_path / "w.pt"), lite)


def test_broken_safetensors(lite: nn.Module, tmp_path: Path) -> None:
    from safetensors.torch import save_file

    save_file(dict(lite.state_dict()), tmp_path / "w")
    (tmp_path / "w").write_bytes((tmp_path / "w").read_bytes()[:-10])
    with pytest.raises(ModelError) as caught:
        load_model(tmp_path / "w")
    assert caught.value.code == "corrupt-file"


def test_half_precision_weights(lite: nn.Module, tmp_path: Path) -> None:
    state = {k: v.half() if v.is_floating_point() else v for k, v in lite.state_dict().items()}
    torch.save(state, tmp_path / "w.pt")
    loaded = load_model(tmp_path / "w.pt")
    assert [f.code for f in loaded.findings] == ["precision-changed"]
    assert loaded.module is not None
    assert {p.dtype for p in loaded.module.parameters()} == {torch.float32}


def _missing(state: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in state.items() if key != "_bn1.weight"}


WRONG = {
    "missing": (_missing, "_bn1.weight"),
    "unexpected": (lambda s: {**s, "extra.weight": torch.rand(1)}, "extra.weight"),
    "misshapen": (lambda s: {**s, "_bn1.weight": torch.rand(3)}, "_bn1.weight is"),
    "another": (lambda s: nn.Linear(3, 3).state_dict(), "_conv_stem.weight"),
}


@pytest.mark.parametrize("named", [None, "efficientnet-lite0"])
@pytest.mark.parametrize("kind", WRONG)
def test_weights_that_do_not_fit(
    kind: str, named: str | None, lite: nn.Module, tmp_path: Path
) -> None:
    change, said = WRONG[kind]
    torch.save(change(dict(lite.state_dict())), tmp_path / "w.pt")
    with pytest.raises(ModelError) as caught:
        load_model(tmp_path / "w.pt", LoadOptions(architecture=named))
    assert caught.value.code == "missing-architecture"
    assert said in caught.value.message
    assert "EfficientNet-Lite0" in caught.value.message


def test_unknown_architecture(lite: nn.Module, tmp_path: Path) -> None:
    torch.save(lite.state_dict(), tmp_path / "w.pt")
    with pytest.raises(ModelError) as caught:
        load_model(tmp_path / "w.pt", LoadOptions(architecture="resnet-9000"))
    assert caught.value.code == "missing-architecture"
    assert "efficientnet-lite0" in caught.value.hint


NET = """
from torch import nn

class Net(nn.Module):
    def __init__(self{arguments}):
        super().__init__()
        self.body = nn.Sequential(nn.Conv2d(1, 2, 3), nn.ReLU(), nn.Flatten())

    def forward(self, x):
        return self.body(x)
{rest}
"""
BUILDERS = {
    "class": ("", "", None),
    "named-class": ("", "", "Net"),
    "build": (", n", "def build():\n    return Net(1)", None),
    "build-model": (", n", "def build_model():\n    return Net(1)", None),
    "named": (", n", "def small():\n    return Net(1)", "small"),
}


@pytest.mark.parametrize("kind", BUILDERS)
def test_the_users_code_builds_the_network(kind: str, tmp_path: Path) -> None:
    arguments, rest, name = BUILDERS[kind]
    (tmp_path / "mynet.py").write_text(NET.format(arguments=arguments, rest=rest))
    body = nn.Sequential(nn.Conv2d(1, 2, 3), nn.ReLU(), nn.Flatten())
    torch.save({f"body.{k}": v for k, v in body.state_dict().items()}, tmp_path / "w.pt")
    options = LoadOptions(architecture=name, code=(tmp_path / "mynet.py",), trust=True)
    loaded = load_model(tmp_path / "w.pt", options)
    assert loaded.module is not None
    assert loaded.input_spec.channels == 1
    inputs = torch.rand(1, 1, 8, 8)
    assert torch.equal(loaded.module.cpu()(inputs), body(inputs))


def test_code_needs_trust_and_is_not_run(tmp_path: Path) -> None:
    (tmp_path / "mynet.py").write_text(f"open({str(tmp_path / 'canary')!r}, 'w')")
    torch.save(nn.Linear(2, 2).state_dict(), tmp_path / "w.pt")
    with pytest.raises(ModelError) as caught:
        load_model(tmp_path / "w.pt", LoadOptions(code=(tmp_path / "mynet.py",)))
    assert caught.value.code == "needs-trust"
    assert not (tmp_path / "canary").exists()


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "missing-architecture"),
        ("def build(n):\n    return n", "missing-architecture"),
        ("def build():\n    return 3", "missing-architecture"),
        ("raise SystemExit(3)", "missing-code"),
        ("from torch import nn\ndef build():\n    return nn.Linear(3, 3)", "missing-architecture"),
    ],
)
def test_code_that_does_not_build(text: str, code: str, tmp_path: Path) -> None:
    (tmp_path / "mynet.py").write_text(text)
    torch.save(nn.Linear(2, 2).state_dict(), tmp_path / "w.pt")
    with pytest.raises(ModelError) as caught:
        load_model(tmp_path / "w.pt", LoadOptions(code=(tmp_path / "mynet.py",), trust=True))
    assert caught.value.code == code
