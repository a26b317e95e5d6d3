"""A whole module whose class is missing: its weights, in a network that the user names."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest
import torch
from torch import nn

from tests.models.formats.hostile import Reduced
from xai_core.base.errors import ModelError
from xai_core.models.formats.base import LoadOptions
from xai_core.models.loading import inspect_file, load_model
from xai_core.models.pickles.rescue import rescued_tensors
from xai_core.models.pickles.torch_file import read_torch_file
from xai_core.models.vision_libraries import make_importable

BUILD = """
from torch import nn

def build():
    body = nn.Sequential(nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4), nn.ReLU())
    return nn.Sequential(body, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(4, {classes}))
"""


@pytest.fixture(autouse=True)
def _clean_imports() -> Iterator[None]:
    finders = list(sys.meta_path)
    yield
    sys.meta_path[:] = finders
    for name in [name for name in sys.modules if name.split(".")[0] in ("acme", "code_of_mine")]:
        del sys.modules[name]


def lost(path: Path, model: nn.Module) -> nn.Module:
    """Saves the model as one of `acme.net.Net`, whose code is gone afterwards."""
    module = ModuleType("acme.net")
    kind = type("Net", (type(model),), {"__module__": "acme.net"})
    vars(module)["Net"] = kind
    sys.modules |= {"acme": ModuleType("acme"), "acme.net": module}
    before, model.__class__ = model.__class__, kind
    torch.save(model.eval(), path)
    model.__class__ = before
    del sys.modules["acme"], sys.modules["acme.net"]
    return model


def built(tmp_path: Path, classes: int = 5) -> tuple[nn.Module, LoadOptions]:
    code = tmp_path / "code_of_mine.py"
    code.write_text(BUILD.format(classes=classes))
    space: dict[str, object] = {}
    exec(BUILD.format(classes=5), space)  # noqa: S102 - the text above
    torch.manual_seed(0)
    model = space["build"]()  # type: ignore[operator]
    model(torch.rand(4, 3, 8, 8))  # batch statistics of its own
    return model, LoadOptions(code=(code,), trust=True)


def test_the_message_says_what_is_there_and_what_can_be_done(tmp_path: Path) -> None:
    model, _ = built(tmp_path)
    lost(tmp_path / "m", model)
    held = sum(1 for _ in model.state_dict())
    for error in (inspect_file(tmp_path / "m").findings[0], refused(tmp_path / "m")):
        assert error.code == "missing-code"
        assert "`acme.net.Net`" in error.message
        assert f"{held} tensors" in error.message
        assert "--architecture" in error.hint


def refused(path: Path, options: LoadOptions | None = None) -> ModelError:
    with pytest.raises(ModelError) as caught:
        load_model(path, options)
    return caught.value


def test_a_known_architecture_gets_the_tensors_without_trust(tmp_path: Path) -> None:
    make_importable()
    import torchvision

    torch.manual_seed(0)
    model = lost(tmp_path / "m", torchvision.models.resnet18(num_classes=7))
    loaded = load_model(tmp_path / "m", LoadOptions(architecture="torchvision/resnet18"))
    inputs = torch.rand(1, 3, 64, 64)
    assert loaded.module is not None
    assert torch.equal(loaded.module.cpu()(inputs), model(inputs))
    (finding,) = [one for one in loaded.findings if one.code == "weights-rescued"]
    assert "122 tensors" in finding.message
    assert loaded.format == "torch-eager"


def test_a_network_of_the_user_s_code_gets_the_tensors(tmp_path: Path) -> None:
    model, options = built(tmp_path)
    lost(tmp_path / "m", model)
    loaded = load_model(tmp_path / "m", options)
    inputs = torch.rand(2, 3, 8, 8)
    assert loaded.module is not None
    assert torch.equal(loaded.module.cpu()(inputs), model.eval()(inputs))


def test_what_does_not_fit_is_told(tmp_path: Path) -> None:
    model, options = built(tmp_path, classes=9)
    lost(tmp_path / "m", model)
    error = refused(tmp_path / "m", options)
    assert error.code == "missing-code"
    assert isinstance(error.__cause__, ModelError)
    named = refused(tmp_path / "m", LoadOptions(architecture="torchvision/resnet18"))
    assert named.code == "missing-architecture"


def test_a_rescue_runs_nothing(tmp_path: Path) -> None:
    model, _ = built(tmp_path)
    vars(model)["hook"] = Reduced(open, str(tmp_path / "canary"), "w")
    lost(tmp_path / "m", model)
    assert refused(tmp_path / "m", LoadOptions(architecture="x")).code == "unsafe-code"
    assert not (tmp_path / "canary").exists()


def test_buffers_that_were_not_saved_stay_out(tmp_path: Path) -> None:
    model = nn.Sequential(nn.Linear(2, 2))
    model.register_buffer("grid", torch.rand(2), persistent=False)
    lost(tmp_path / "m", model)
    found = rescued_tensors(tmp_path / "m", read_torch_file(tmp_path / "m"))
    assert list(found) == ["0.weight", "0.bias"]
