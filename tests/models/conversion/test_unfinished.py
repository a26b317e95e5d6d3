"""A conversion whose proof ran out of time explains nothing, is not refuted, and goes on."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tests.models.formats import onnx_files as files
from xai_core.attribution.explanation import explain
from xai_core.attribution.layers.feature_layers import NONE as NO_LAYER
from xai_core.attribution.methods.base import METHODS
from xai_core.base.errors import MethodError, ModelError
from xai_core.base.loaded_model import LoadedModel
from xai_core.models.formats.base import LoadOptions
from xai_core.models.loading import load_model
from xai_core.readiness import assess

pytestmark = pytest.mark.filterwarnings("ignore")


@pytest.fixture(scope="module")
def graph(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("onnx") / "net.onnx"
    return files.exported(files.network(), path, False)


def not_held(model: LoadedModel) -> None:
    """Nothing of the conversion is handed out, and the verdict names time and not the model."""
    assert model.module is None
    verdict = assess(model)
    assert verdict.level == "unproven"
    errors = [one for one in verdict.findings if one.severity == "error"]
    assert [one.code for one in errors] == ["time-limit", "converted-unverified"]
    assert "--time-limit" in errors[0].hint
    available = {name for name, one in verdict.methods.items() if one.available}
    # By the source runtime, which is not a conversion.
    assert available == {one.name for one in METHODS if one.family == "perturbation"}
    assert set(verdict.refusals) == {errors[0].message, NO_LAYER}
    with pytest.raises(MethodError) as caught:
        explain(model, np.zeros((1, 3, 32, 32), np.float32), 0, "saliency")
    assert caught.value.code == "time-limit"


def test_a_proof_without_time(graph: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("xai_core.models.conversion.verify.TIME_LIMIT", -1.0)
    not_held(load_model(graph))


def test_a_conversion_without_time(graph: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def late(*_: object) -> None:
        raise ModelError("Converting it took longer than the limit.", code="time-limit")

    monkeypatch.setattr("xai_core.models.onnx.conversion.to_torch", late)
    not_held(load_model(graph))


def test_patience_is_time_for_both(graph: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    given = []

    def limit(seconds: float) -> None:
        given.append(seconds)

    from xai_core.models.conversion import verify as room
    from xai_core.models.onnx import conversion

    whole, convert = room.verify, conversion.to_torch
    monkeypatch.setattr(room, "verify", lambda *a, **k: limit(k["time_limit"]) or whole(*a, **k))
    monkeypatch.setattr(conversion, "to_torch", lambda m, s, p: limit(p) or convert(m, s, p))
    loaded = load_model(graph, LoadOptions(patience=4.0))
    assert given == [4.0, 4.0 * room.TIME_LIMIT]
    assert [one.code for one in loaded.findings] == ["converted-verified"]


def test_a_refuted_conversion_only_predicts(graph: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("xai_core.models.conversion.verify.OUTPUT_TOLERANCE", -1.0)
    verdict = assess(load_model(graph))
    assert verdict.level == "inference-only"
    assert "time-limit" not in {one.code for one in verdict.findings}


def test_layers_that_were_not_read_in_time_say_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import torch

    def late(*_: object) -> None:
        raise ModelError("The conversion to a graph took longer than it may.", code="time-limit")

    torch.jit.script(files.network()).save(tmp_path / "net.pt")
    monkeypatch.setattr("xai_core.models.conversion.script_graph.script_graph", late)
    loaded = load_model(tmp_path / "net.pt", LoadOptions(input_spec=files_spec()))
    assert not loaded.layers_readable
    found = {one.code: one for one in loaded.findings}
    assert found["time-limit"].severity == "warning"
    assert "--time-limit" in found["time-limit"].hint


def files_spec() -> object:
    from xai_core.pictures.preprocessing import InputSpec

    return InputSpec.for_shape(3, 32, 32)
