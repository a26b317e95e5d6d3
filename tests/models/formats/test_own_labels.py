"""Class names that a model's own file carries, and what becomes of names that do not fit."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

import xai_core
from xai_core.models.formats.base import LoadOptions
from xai_core.models.peek.extra_files import extra_files
from xai_core.pictures.preprocessing import InputSpec
from xai_core.runs.computation import guesses
from xai_core.targets import Prediction

NAMES = ("crack", "void", "ok")
SPEC = InputSpec.for_shape(3, 8, 8)
OPTIONS = LoadOptions(trust=True, input_spec=SPEC)


def net() -> nn.Sequential:
    torch.manual_seed(0)
    layers = (nn.Conv2d(3, 4, 3), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(4, 3))
    return nn.Sequential(*layers).eval()


def labels(path: Path) -> tuple[str, ...] | None:
    return xai_core.load_model(path, OPTIONS).labels


def test_of_a_checkpoint_around_a_module(tmp_path: Path) -> None:
    held = {"model": net(), "class_to_idx": {"ok": 2, "void": 1, "crack": 0}, "epoch": 3}
    torch.save(held, tmp_path / "a.pt")
    assert labels(tmp_path / "a.pt") == NAMES


def test_of_a_modules_own_attribute(tmp_path: Path) -> None:
    module = net()
    module.names = dict(enumerate(NAMES))  # as ultralytics keeps them
    torch.save(module, tmp_path / "a.pt")
    assert labels(tmp_path / "a.pt") == NAMES
    torch.save(net(), tmp_path / "b.pt")
    assert labels(tmp_path / "b.pt") is None


def test_of_weights_beside_their_configuration(tmp_path: Path) -> None:
    code = tmp_path / "build_it.py"
    code.write_text(
        "from torch import nn\n\ndef build():\n    return nn.Sequential(nn.Conv2d(3, 4, 3), "
        "nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(4, 3))\n"
    )
    options = LoadOptions(trust=True, code=(code,), input_spec=SPEC)
    held = {"state_dict": net().state_dict(), "hyper_parameters": {"classes": list(NAMES)}}
    torch.save(held, tmp_path / "a.pth")
    assert xai_core.load_model(tmp_path / "a.pth", options).labels == NAMES
    from safetensors.torch import save_file

    save_file(net().state_dict(), tmp_path / "b", {"id2label": json.dumps(dict(enumerate(NAMES)))})
    assert xai_core.load_model(tmp_path / "b", options).labels == NAMES


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@pytest.mark.parametrize(
    "extra",
    [
        {"labels.txt": "crack\nvoid\nok\n"},
        {"classes.json": json.dumps(NAMES)},
        {"config.txt": json.dumps({"stride": 32, "names": {"0": "crack", "1": "void", "2": "ok"}})},
    ],
)
def test_of_extra_files(extra: dict[str, str], tmp_path: Path) -> None:
    torch.jit.save(torch.jit.script(net()), tmp_path / "a.pt", _extra_files=extra)
    assert labels(tmp_path / "a.pt") == NAMES
    program = torch.export.export(net(), (torch.zeros(1, 3, 8, 8),))
    with (tmp_path / "b").open("wb") as file:
        torch.export.save(program, file, extra_files=extra)
    assert labels(tmp_path / "b") == NAMES


def test_of_onnx_metadata(tmp_path: Path) -> None:
    import onnx

    path = tmp_path / "a.onnx"
    torch.onnx.export(net(), (torch.zeros(1, 3, 8, 8),), str(path), dynamo=False)
    model = onnx.load(path)
    model.metadata_props.add(key="names", value="{0: 'crack', 1: 'void', 2: 'ok'}")
    onnx.save(model, path)
    assert labels(path) == NAMES


def test_of_keras_metadata(tmp_path: Path) -> None:
    from tests.models.formats.keras_nets import NETS, keras

    assert keras.__version__
    NETS["nested"]().save(tmp_path / "a.keras")
    with (
        zipfile.ZipFile(tmp_path / "a.keras") as old,
        zipfile.ZipFile(tmp_path / "b.keras", "w") as new,
    ):
        for name in old.namelist():
            data = old.read(name)
            if name == "metadata.json":
                data = json.dumps({**json.loads(data), "class_names": NAMES}).encode()
            new.writestr(name, data)
    assert labels(tmp_path / "b.keras") == NAMES


def test_extra_files_of_a_stranger_are_bounded(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a/extra/labels.txt", b"x" * 5_000_000)
        archive.writestr("a/extra/names.txt", b"\xff\xfe")
        archive.writestr("a/extra/deep.json", "[" * 100_000)
        archive.writestr("other/classes.txt", "a\nb")
    assert set(extra_files(tmp_path / "a.zip")) == {"deep"}
    (tmp_path / "none").write_bytes(b"PK\x03\x04")
    assert extra_files(tmp_path / "none") == {}


def test_names_that_are_not_one_for_each_output_are_left_out() -> None:
    prediction = Prediction("classes", "", np.array([[0.0, 3.0, 1.0]], np.float32), (1, 3))
    assert [one.label for one in guesses(prediction, NAMES)] == ["void", "ok", "crack"]
    assert guesses(prediction, (*NAMES, "more"))[0].label == "class 1"
