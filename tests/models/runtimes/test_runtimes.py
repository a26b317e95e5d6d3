"""OpenVINO predicts as the original does; what only predicts and is not run is named."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest
import torch

from tests.handover.families.runtimes import LITE, openvino
from tests.handover.packed import SIZE, network, zipped
from xai_core.base.errors import ModelError
from xai_core.models.installs import INSTALLS
from xai_core.models.loading import inspect_file, load_model
from xai_core.models.runtimes.lite import embedded_labels
from xai_core.worker.process.lending import LentFiles

pytestmark = pytest.mark.filterwarnings("ignore")


def test_openvino_predicts_as_the_original(tmp_path: Path) -> None:
    path = openvino(tmp_path)
    model = load_model(path)
    assert model.module is None
    assert model.input_spec.shape == (3, SIZE, SIZE)
    pictures = np.random.default_rng(0).random((2, 3, SIZE, SIZE), np.float32)
    assert model.reference is not None
    expected = network()(torch.from_numpy(pictures)).detach().numpy()
    assert np.abs(model.reference(pictures) - expected).max() < 1e-5
    (lent,) = LentFiles(tmp_path / "lent").lend((path,))
    assert lent.with_suffix(".bin").is_file()  # it is handed over with the graph


def test_openvino_without_its_weights_or_its_library(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = openvino(tmp_path)
    weights = path.with_suffix(".bin")
    weights.write_bytes(weights.read_bytes()[:40])
    with pytest.raises(ModelError, match="OpenVINO cannot read") as error:
        load_model(path)
    assert error.value.code == "corrupt-file"
    weights.unlink()
    with pytest.raises(ModelError, match=r"second file, model\.bin"):
        load_model(path)
    monkeypatch.setitem(sys.modules, "openvino", None)
    with pytest.raises(ModelError, match="not installed") as error:
        load_model(path)
    assert error.value.hint == INSTALLS["openvino"]


def test_tensorflow_lite_asks_for_its_environment(tmp_path: Path) -> None:
    path = LITE / "float.tflite"
    assert inspect_file(path).format == "tflite"
    with pytest.raises(ModelError, match="TensorFlow Lite") as error:
        load_model(path)
    assert error.value.facts["environment"] == "tensorflow"
    labelled = tmp_path / "labelled.tflite"
    labels = zipped(tmp_path / "labels.zip", {"labels.txt": b"cat\ndog\n"})
    labelled.write_bytes(path.read_bytes() + labels.read_bytes())
    assert embedded_labels(labelled) == ("cat", "dog")
    assert embedded_labels(path) is None


@pytest.mark.parametrize(
    ("files", "told", "way"),
    [
        ({"model.msgpack": b"\x82\xa5Dense\x81\xa6kernel\xc7"}, "Flax", "jax2tf"),
        ({"_CHECKPOINT_METADATA": b"{}", "d/x": b"0"}, "Orbax", "jax2tf"),
        ({"m.pdmodel": b"\n\x20\x1a\x06\n\x04feed\x1a\x07\n\x05fetch"}, "Paddle", "paddle2onnx"),
        ({"inference.json": b'{"base_code":{"magic":"pir"'}, "Paddle", "paddle2onnx"),
        ({"net.param": b"7767517\n5 5\n"}, "ncnn", "PyTorch"),
        ({"net.mnn": b"\x18\0\0\0MNN"}, "MNN", "ONNX"),
        (
            {"Manifest.json": b"{}", "Data/com.apple.CoreML/model.mlmodel": b"\x08\x07"},
            "Core ML",
            "PyTorch",
        ),
    ],
)
def test_what_is_not_run_is_named_with_its_way(
    tmp_path: Path, files: dict[str, bytes], told: str, way: str
) -> None:
    for name, data in files.items():
        (tmp_path / "in" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "in" / name).write_bytes(data)
    for path in (tmp_path / "in", zipped(tmp_path / "a.zip", files)):
        with pytest.raises(ModelError, match=told) as error:
            inspect_file(path)
        assert way in error.value.hint
