"""Each kind of TensorFlow file, opened by a worker that was started without TensorFlow."""

from __future__ import annotations

from importlib.metadata import files
from pathlib import Path

import numpy as np
import pytest

from tests.attribution.settings import ON_OPERATIONS, fast
from tests.dose import soaked
from tests.models.tensorflow.conftest import zipped
from xai_core.base.errors import InputError, ModelError, XaiError
from xai_core.models.formats.base import LoadOptions
from xai_core.pictures.preprocessing import InputSpec
from xai_core.worker import Worker

pytestmark = pytest.mark.xdist_group("tensorflow")

FORMATS = {
    "keras": "savedmodel",
    "plain": "savedmodel",
    "bare": "savedmodel",
    "taped": "savedmodel",
    "saturated": "savedmodel",
    "tf1": "tf1-savedmodel",
    "frozen": "tf1-graph",
}


def file_of(models: Path, name: str, folder: Path) -> Path:
    """Under another name; SavedModels as a zip."""
    if (models / name).is_dir():
        return zipped(models / name, folder / "upload.bin")
    return (folder / "upload.bin").hardlink_to(models / f"{name}.pb") or folder / "upload.bin"


@pytest.mark.parametrize("name", FORMATS)
def test_it_is_what_tensorflow_says(
    name: str, models: Path, worker: Worker, tmp_path: Path
) -> None:
    expected = np.load(models / f"{name}.npz")
    card = worker.load(file_of(models, name, tmp_path))
    assert card.format == FORMATS[name]
    assert "2.21" in card.loaded_by
    scores = worker.predict(expected["inputs"]).scores
    np.testing.assert_allclose(scores, expected["outputs"], rtol=1e-4, atol=1e-6)
    maps = worker.explain(expected["inputs"], None, "input-x-gradient").values
    product = expected["inputs"] * expected["gradient"]
    np.testing.assert_allclose(maps, product, rtol=1e-3, atol=1e-5 * np.abs(product).max())


@pytest.mark.parametrize("name", ["keras", "frozen"])
def test_a_converted_model_is_ready_and_every_method_runs(
    name: str, models: Path, worker: Worker, tmp_path: Path
) -> None:
    card = worker.load(file_of(models, name, tmp_path))
    assert card.converted_by == "tf2onnx and onnx2fx 1.17.0 and 0.0.1"
    assert card.parameters > 0
    verdict = worker.assess()
    assert verdict.level == "ready"
    codes = {finding.code: finding for finding in verdict.findings}
    assert codes["converted-verified"].severity == "info"
    assert "GradientTape" in codes["converted-verified"].message
    picture = np.load(models / f"{name}.npz")["inputs"][:1]
    for method in ON_OPERATIONS:
        quick = fast(method)
        values = worker.explain(picture, None, method, parameters=quick).values
        assert np.isfinite(values).all()


def test_a_graph_without_a_counterpart_keeps_tensorflows_gradient(
    models: Path, worker: Worker
) -> None:
    card = worker.load(models / "taped")  # a folder
    assert card.converted_by is None
    verdict = worker.assess()
    assert verdict.level == "input-gradients"
    errors = [finding.code for finding in verdict.findings if finding.severity == "error"]
    assert errors == ["layers-hidden"]
    assert "Lgamma" in next(f.message for f in verdict.findings if f.code == "converted-unverified")
    assert verdict.evidence["finite_difference_error"] < 0.2
    assert verdict.methods["smoothgrad"].available
    assert not verdict.methods["guided-backprop"].available


def test_a_stopped_gradient_is_named(models: Path, worker: Worker) -> None:
    worker.load(models / "stopped")
    verdict = worker.assess()
    assert verdict.level == "inference-only"
    codes = {finding.code: finding for finding in verdict.findings}
    assert "StopGradient" in codes["detach"].message
    assert verdict.summary.startswith("It only predicts: TensorFlow's operation StopGradient")
    errors = {finding.code for finding in verdict.findings if finding.severity == "error"}
    assert errors == {"detach", "layers-hidden", "no-gradient"}
    assert verdict.methods["occlusion"].available
    assert not verdict.methods["saliency"].available


def test_whole_numbers_are_explained_behind_their_cast(models: Path, worker: Worker) -> None:
    card = worker.load(models / "whole")
    assert card.input_spec.std == (1 / 255,) * 3
    assert worker.assess().level == "ready"


def test_maps_come_with_channels_first(models: Path, worker: Worker) -> None:
    worker.load(models / "maps")
    prediction = worker.predict(np.zeros((1, 3, 16, 16), np.float32))
    assert prediction.kind == "dense"
    assert prediction.shape == (1, 4, 8, 8)
    assert worker.assess().output_shape == (1, 4, 8, 8)


def test_several_inputs_are_refused(models: Path, worker: Worker) -> None:
    with pytest.raises(ModelError, match="one input") as caught:
        worker.load(models / "two")
    assert caught.value.code == "forward-failed"


def test_nodes_are_proposed_and_can_be_chosen(models: Path, worker: Worker) -> None:
    path = models / "frozen.pb"
    card = worker.load(path)  # it ends in an argmax: the scores before it are taken
    told = next(finding for finding in card.findings if finding.code == "graph-nodes")
    assert "image:0 to scores:0 (proposed" in told.message
    card = worker.load(path, LoadOptions(architecture="image->MatMul"))
    told = next(finding for finding in card.findings if finding.code == "graph-nodes")
    assert "image:0 to MatMul:0 (as asked" in told.message
    for wish in ("image->nothing", "image", "->MatMul"):
        with pytest.raises(InputError):
            worker.load(path, LoadOptions(architecture=wish))


def test_an_unfrozen_graph_is_named(models: Path, worker: Worker) -> None:
    with pytest.raises(ModelError, match="not frozen") as caught:
        worker.load(models / "unfrozen.pb")
    assert caught.value.code == "missing-weights"


@pytest.mark.parametrize("name", ["keras", "tf1", "frozen"])
def test_truncated_files(name: str, models: Path, worker: Worker, tmp_path: Path) -> None:
    whole = file_of(models, name, tmp_path).read_bytes()
    for share in (0.3, 0.99):
        (tmp_path / "cut").write_bytes(whole[: int(len(whole) * share)])
        with pytest.raises(XaiError) as caught:
            worker.load(tmp_path / "cut")
        assert caught.value.code in ("corrupt-file", "unknown-format", "forward-failed")


@soaked
def test_a_real_detector(worker: Worker) -> None:
    """Its end, chosen boxes, has no batch axis: the scores before the choice are explained."""
    (graph,) = [file for file in files("retinaface") or () if file.name == "frozen_graph.pb"]
    options = LoadOptions(input_spec=InputSpec.for_shape(3, 64, 64))
    card = worker.load(Path(str(graph.locate())), options)
    assert card.format == "tf1-graph"
    codes = {finding.code: finding for finding in card.findings}
    assert "concat_2/concat_2:0 (proposed" in codes["graph-nodes"].message
    assert "converted-verified" in codes
    assert worker.assess().level == "ready"
