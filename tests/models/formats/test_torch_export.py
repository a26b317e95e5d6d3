from __future__ import annotations

import io
import pickle
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

from tests.models.formats.exported_nets import NETS, Net, agree_with_eager, inputs_of
from xai_core.attribution.explanation import explain
from xai_core.base.errors import ModelError
from xai_core.base.loaded_model import LoadedModel
from xai_core.models.conversion import unflattened as conversion
from xai_core.models.formats.base import LoadOptions
from xai_core.models.loading import inspect_file, load_model
from xai_core.readiness import assess

pytestmark = pytest.mark.filterwarnings("ignore")


class Half(nn.Module):
    """A part of it without gradients, as the export keeps them."""

    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(3, 4, 3)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        with torch.no_grad():
            hidden = self.conv(x)
        return hidden.mean((2, 3)) + x.mean((2, 3)).sum(1, keepdim=True)


class Touch:
    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> Any:
        return (open, (str(self.path), "w"))


def write(model: nn.Module, path: Path, dynamic: bool = False) -> None:
    inputs = torch.from_numpy(inputs_of(model)).to(next(model.parameters()).dtype)
    shapes = ({0: torch.export.Dim("batch", min=1, max=64)},) if dynamic else None
    if dynamic:
        inputs = torch.cat([inputs] * 2)
    program = torch.export.export(model, (inputs,), dynamic_shapes=shapes)
    with path.open("wb") as file:
        torch.export.save(program, file)


def trusted(path: Path) -> LoadedModel:
    return load_model(path, LoadOptions(trust=True))


@pytest.mark.parametrize("net", NETS)
@pytest.mark.parametrize("dynamic", [False, True])
def test_layers_are_read_and_all_is_as_in_eager(net: str, dynamic: bool, tmp_path: Path) -> None:
    model = NETS[net]()
    write(model, tmp_path / "model.jpg", dynamic)
    loaded = trusted(tmp_path / "model.jpg")
    assert loaded.format == "torch-export"
    assert loaded.layers_readable
    assert loaded.input_spec.shape == (3, 16, 16)
    codes = [f.code for f in loaded.findings]
    assert codes == (["converted-verified"] if dynamic else ["baked-in", "converted-verified"])
    agree_with_eager(loaded, model, weights=True)


def test_layers_have_the_names_and_kinds_of_the_original(tmp_path: Path) -> None:
    model = Net()
    write(model, tmp_path / "m")
    loaded = trusted(tmp_path / "m")
    verdict = assess(loaded, inputs_of(model))
    assert verdict.level == "ready"
    assert verdict.evidence["proposed_layer"] == assess(model, inputs_of(model)).evidence[
        "proposed_layer"
    ]  # fmt: skip
    assert loaded.module is not None
    kinds = {name: type(layer).__name__ for name, layer in loaded.module.named_modules()}
    assert kinds["body.4"] == "Conv2d"
    assert kinds["body.5"] == "ReLU6"
    for layer in ("body.4", "body.5", "body"):
        one, two = (
            explain(m, inputs_of(model), 1, "grad-cam", layer=layer).values for m in (loaded, model)
        )
        assert np.array_equal(one, two)


@pytest.mark.parametrize("dynamic", [False, True])
def test_without_trust_it_is_read_from_its_graph(dynamic: bool, tmp_path: Path) -> None:
    model = Net()
    write(model, tmp_path / "m", dynamic)
    assert not inspect_file(tmp_path / "m").needs_trust
    loaded = load_model(tmp_path / "m")
    assert "its graph" in loaded.loaded_by
    assert loaded.layers_readable
    assert loaded.input_spec.shape == (3, 16, 16)
    agree_with_eager(loaded, model, weights=True)


def test_a_hostile_file_runs_nothing_without_trust(tmp_path: Path) -> None:
    write(Net(), tmp_path / "good")
    hostile = io.BytesIO()
    torch.save(Touch(tmp_path / "canary"), hostile)
    with (
        zipfile.ZipFile(tmp_path / "good") as good,
        zipfile.ZipFile(tmp_path / "bad", "w") as bad,
    ):
        for name in good.namelist():
            inputs = name.endswith("sample_inputs/model.pt")
            bad.writestr(name, hostile.getvalue() if inputs else good.read(name))
        bad.writestr("archive/extra.pkl", pickle.dumps(Touch(tmp_path / "canary")))
    assert inspect_file(tmp_path / "bad").needs_trust
    with pytest.raises(ModelError) as caught:
        load_model(tmp_path / "bad")
    assert caught.value.code == "needs-trust"
    assert not (tmp_path / "canary").exists()


def test_operations_are_layers_where_the_tree_is_lost(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: object) -> nn.Module:
        raise ModelError("The program cannot be taken apart.", code="layers-hidden")

    monkeypatch.setattr(conversion, "unflattened", fails)
    model = Net()
    write(model, tmp_path / "m")
    loaded = trusted(tmp_path / "m")
    assert loaded.layers_readable
    assert (loaded.converted_by or "").startswith("interpreter")
    agree_with_eager(loaded, model, weights=True)


def test_what_cannot_be_proven_keeps_its_gradient(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = Net()
    nn.init.normal_(other.head.weight)
    monkeypatch.setattr(conversion, "unflattened", lambda _: other)
    monkeypatch.setattr(conversion, "flat", lambda _: other)
    model = Net()
    write(model, tmp_path / "m")
    loaded = trusted(tmp_path / "m")
    assert not loaded.layers_readable
    assert "differ" in loaded.findings[-1].message
    assert assess(loaded, inputs_of(model)).level == "input-gradients"
    agree = (explain(m, inputs_of(model), 1, "saliency").values for m in (loaded, model))
    assert np.allclose(*agree)


def test_parts_without_gradients_stay_so(tmp_path: Path) -> None:
    model = Half().eval()
    write(model, tmp_path / "m")
    came, wanted = (
        explain(m, inputs_of(model), 1, "saliency").values for m in (trusted(tmp_path / "m"), model)
    )
    assert np.allclose(came, wanted)


def test_one_channel_and_half_precision(tmp_path: Path) -> None:
    write(Net(channels=1), tmp_path / "grey")
    assert trusted(tmp_path / "grey").input_spec.shape == (1, 16, 16)
    write(Net().half(), tmp_path / "half")
    loaded = trusted(tmp_path / "half")
    assert "precision-changed" in [f.code for f in loaded.findings]
    assert loaded.layers_readable


def test_truncated_and_compiled_files(tmp_path: Path) -> None:
    write(Net(), tmp_path / "m")
    data = (tmp_path / "m").read_bytes()
    (tmp_path / "cut").write_bytes(data[: len(data) // 2])
    with pytest.raises(ModelError) as caught:
        trusted(tmp_path / "cut")
    assert caught.value.code == "corrupt-file"
    with zipfile.ZipFile(tmp_path / "compiled", "w") as archive:
        archive.writestr("m/archive_format", "pt2")
        archive.writestr("m/data/aotinductor/model/x.so", b"")
    with pytest.raises(ModelError) as caught:
        trusted(tmp_path / "compiled")
    assert caught.value.code == "inference-format"
