from __future__ import annotations

import io
import time
import zipfile
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

from tests.dose import pairs
from tests.models.formats.exported_nets import (
    NETS,
    Branching,
    Detached,
    Net,
    agree_with_eager,
    inputs_of,
    write_script,
)
from xai_core.attribution.explanation import explain
from xai_core.base.errors import ModelError
from xai_core.models.conversion import script_graph as conversion
from xai_core.models.formats.base import LoadOptions
from xai_core.models.loading import inspect_file, load_model, recognise
from xai_core.readiness import assess

pytestmark = pytest.mark.filterwarnings("ignore")


class WritesFiles(nn.Module):
    def forward(self, x: torch.Tensor) -> torch.Tensor:
        torch.save(x, "canary")
        return x


class WithoutGradient(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(3, 4, 3)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        with torch.no_grad():
            hidden = self.conv(x)
        return hidden.mean((2, 3)) + x.mean((2, 3)).sum(1, keepdim=True)


@pytest.mark.parametrize(("net", "kind"), pairs(NETS, ["scripted", "traced", "frozen"]))
def test_layers_are_read_and_all_is_as_in_eager(kind: str, net: str, tmp_path: Path) -> None:
    model = NETS[net]()
    write_script(model, kind, tmp_path / "model.jpg")
    loaded = load_model(tmp_path / "model.jpg")
    assert loaded.format == "torchscript"
    assert loaded.layers_readable
    assert (loaded.converted_by or "").startswith("TS2EPConverter")
    assert "converted-verified" in [f.code for f in loaded.findings]
    agree_with_eager(loaded, model, weights=kind != "frozen")
    assert loaded.reference is not None
    inputs = inputs_of(model)
    expected = model(torch.from_numpy(inputs)).detach()
    assert np.allclose(loaded.reference(inputs), expected, atol=1e-5)


@pytest.mark.parametrize("kind", ["scripted", "traced", "frozen"])
def test_the_level_is_ready(kind: str, tmp_path: Path) -> None:
    model = Net()
    write_script(model, kind, tmp_path / "m")
    verdict = assess(load_model(tmp_path / "m"), inputs_of(model))
    assert verdict.level == "ready"
    assert verdict.methods["guided-backprop"].available
    assert verdict.methods["grad-cam"].available
    assert verdict.methods["fusiongrad"].available == (kind != "frozen")


def test_layers_with_weights_keep_their_names(tmp_path: Path) -> None:
    model = Net()
    write_script(model, "traced", tmp_path / "m")
    module = load_model(tmp_path / "m").module
    assert module is not None
    assert [n for n, _ in module.named_parameters()] == [n for n, _ in model.named_parameters()]
    one, two = (
        explain(m, inputs_of(model), 1, "grad-cam", layer="body.4").values for m in (module, model)
    )
    assert np.array_equal(one, two)


def test_a_weight_under_two_names_stays_one(tmp_path: Path) -> None:
    model = Net()
    model.body[4] = model.body[0] = nn.Conv2d(3, 3, 3, padding=1)
    model.body[1], model.head = nn.BatchNorm2d(3).eval(), nn.Linear(3, 5)
    write_script(model, "scripted", tmp_path / "m")
    module = load_model(tmp_path / "m").module
    assert module is not None
    assert len(list(module.parameters())) == len(list(model.parameters()))


@pytest.mark.parametrize(
    ("model", "level"),
    [(Branching(), "input-gradients"), (WithoutGradient(), "inference-only")],
)
def test_what_cannot_be_proven_keeps_its_gradient(
    model: nn.Module, level: str, tmp_path: Path
) -> None:
    write_script(model.eval(), "scripted", tmp_path / "m")
    loaded = load_model(tmp_path / "m")
    assert not loaded.layers_readable
    assert loaded.converted_by is None
    hidden = next(f for f in loaded.findings if f.code == "layers-hidden")
    assert hidden.severity == "warning"
    assert "fails" in hidden.message or "differs" in hidden.message
    inputs = inputs_of(model)
    assert assess(loaded, inputs).level == level
    assert np.allclose(
        explain(loaded, inputs, 1, "saliency").values, explain(model, inputs, 1, "saliency").values
    )


@pytest.mark.parametrize(
    ("limit", "value", "reason"),
    [("MAX_WEIGHTS", 8, "above the limit"), ("MAX_NODES", 3, "are the limit")],
)
def test_large_models_are_not_converted(
    limit: str, value: int, reason: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(conversion, limit, value)
    write_script(Net(), "scripted", tmp_path / "m")
    loaded = load_model(tmp_path / "m")
    assert not loaded.layers_readable
    assert reason in loaded.findings[-1].message


def test_conversion_has_a_time_limit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def endless(*_: object) -> None:
        while True:  # a real conversion may be over within any limit
            time.sleep(0.001)

    monkeypatch.setattr(conversion, "_converted", endless)
    with pytest.raises(ModelError, match="longer than the limit") as caught:
        conversion.script_graph(tmp_path / "m", (3, 16, 16), time_limit=0.05)
    assert caught.value.code == "time-limit"


def test_without_the_converter_of_torch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    monkeypatch.setitem(sys.modules, "torch._export.converter", None)
    write_script(Net(), "scripted", tmp_path / "m")
    loaded = load_model(tmp_path / "m")
    assert not loaded.layers_readable
    assert "no converter" in loaded.findings[-1].message


def test_names_that_would_become_code_are_not_converted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    model = nn.Sequential()
    model.add_module("w or open('canary', 'w')", nn.Conv2d(3, 4, 3))
    write_script(model.eval(), "traced", tmp_path / "m")
    loaded = load_model(tmp_path / "m")
    assert not loaded.layers_readable
    assert "no Python module can have" in loaded.findings[-1].message
    assert [path.name for path in tmp_path.iterdir()] == ["m"]


def test_a_trace_tells_its_input_and_what_is_baked_in(tmp_path: Path) -> None:
    model = Net(channels=1)
    write_script(model, "traced", tmp_path / "m")
    loaded = load_model(tmp_path / "m")
    assert loaded.input_spec.shape == (1, 16, 16)
    assert next((f.code, f.severity) for f in loaded.findings) == ("baked-in", "info")
    assert inspect_file(tmp_path / "m").facts["Kind"] == "traced"


def test_cuts_in_a_trace_are_named(tmp_path: Path) -> None:
    write_script(Detached().eval(), "traced", tmp_path / "m")
    loaded = load_model(tmp_path / "m")
    assert any("detach 1 times" in f.message for f in loaded.findings)
    assert assess(loaded).level == "inference-only"


def test_a_trace_in_training_mode_is_named(tmp_path: Path) -> None:
    model = Net().train()
    with io.BytesIO() as buffer:
        torch.jit.save(torch.jit.trace(model, torch.rand(2, 3, 16, 16), check_trace=False), buffer)
        (tmp_path / "m").write_bytes(buffer.getvalue())
    assert any("training mode" in f.message for f in inspect_file(tmp_path / "m").findings)


def test_scripts_saved_in_training_mode_run_in_eval_mode(tmp_path: Path) -> None:
    model = Net()
    torch.jit.script(model.train()).save(tmp_path / "m")
    agree_with_eager(load_model(tmp_path / "m"), model.eval(), weights=True)


def test_half_precision(tmp_path: Path) -> None:
    write_script(Net().half(), "scripted", tmp_path / "m")
    loaded = load_model(tmp_path / "m")
    assert loaded.layers_readable
    assert "precision-changed" in [f.code for f in loaded.findings]


def test_mobile_archives_load_and_flat_ones_are_named(tmp_path: Path) -> None:
    script = torch.jit.script(Net())
    script._save_for_lite_interpreter(str(tmp_path / "lite"))
    assert load_model(tmp_path / "lite").layers_readable
    assert "mobile" in inspect_file(tmp_path / "lite").facts["Kind"]
    (tmp_path / "flat").write_bytes(b"8\0\0\0PTMF" + bytes(64))
    assert recognise(tmp_path / "flat").name == "torchscript"
    _is_for_inference(tmp_path / "flat")


def test_what_was_optimised_for_inference_is_named(tmp_path: Path) -> None:
    torch.jit.save(torch.jit.optimize_for_inference(torch.jit.script(Net())), tmp_path / "m")
    _is_for_inference(tmp_path / "m")


def _is_for_inference(path: Path) -> None:
    assert "inference-format" in [f.code for f in inspect_file(path).findings]
    for trust in (False, True):
        with pytest.raises(ModelError) as caught:
            load_model(path, LoadOptions(trust=trust))
        assert caught.value.code == "inference-format"
        assert caught.value.hint


def test_code_that_touches_files_is_refused(tmp_path: Path) -> None:
    torch.jit.script(WritesFiles()).save(tmp_path / "m.pt")
    with pytest.raises(ModelError) as caught:
        load_model(tmp_path / "m.pt")
    assert caught.value.code == "unsafe-code"


def test_truncated_files(tmp_path: Path) -> None:
    write_script(Net(), "scripted", tmp_path / "m")
    data = (tmp_path / "m").read_bytes()
    for share in (0.2, 0.7, 0.95):
        (tmp_path / "cut").write_bytes(data[: int(len(data) * share)])
        with pytest.raises(ModelError) as caught:
            load_model(tmp_path / "cut")
        assert caught.value.code == "corrupt-file"


def test_an_archive_that_lacks_an_entry(tmp_path: Path) -> None:
    write_script(Net(), "scripted", tmp_path / "m")
    with zipfile.ZipFile(tmp_path / "m") as old, zipfile.ZipFile(tmp_path / "n", "w") as new:
        for name in old.namelist():
            if not name.endswith("data/0"):
                new.writestr(name, old.read(name))
    with pytest.raises(ModelError) as caught:
        load_model(tmp_path / "n")
    assert caught.value.code == "corrupt-file"
