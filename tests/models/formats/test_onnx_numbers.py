"""Layouts and number types: channels last, whole numbers, half and double precision, quantised."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from onnx import TensorProto, helper

from tests.models.formats import onnx_files as files
from tests.models.formats.test_onnx import codes, cpu, gradient
from xai_core.models.loading import load_model
from xai_core.readiness import assess

pytestmark = pytest.mark.filterwarnings("ignore")


def test_channels_last(tmp_path: Path) -> None:
    turn = helper.make_node("Transpose", ["x"], ["t"], perm=[0, 3, 1, 2])
    model = files.built([turn, *files.convolution("t")], files.weights(), ("n", 8, 8, 3))
    loaded = load_model(files.saved(model, tmp_path / "m"))
    assert codes(loaded) == ["converted-verified"]
    assert loaded.input_spec.shape == (3, 8, 8)
    inputs = torch.rand(2, 3, 8, 8)
    output, came = gradient(cpu(loaded), inputs)
    leaf = inputs.clone().requires_grad_()
    files.eager(leaf)[:, 1].sum().backward()
    assert torch.allclose(output, files.eager(inputs), atol=1e-5)
    assert torch.allclose(came, leaf.grad, atol=1e-6)
    assert loaded.reference is not None
    assert np.allclose(loaded.reference(inputs.numpy()), files.eager(inputs), atol=1e-5)
    assert assess(loaded).level == "ready"


def test_whole_numbers_that_are_cast_first(tmp_path: Path) -> None:
    nodes = [
        helper.make_node("Cast", ["x"], ["f0"], to=TensorProto.FLOAT),
        helper.make_node("Div", ["f0", "full"], ["t"]),
        *files.convolution("t"),
    ]
    weights = files.weights() | {"full": np.float32(255)}
    model = files.built(nodes, weights, (1, 3, 8, 8), TensorProto.UINT8)
    loaded = load_model(files.saved(model, tmp_path / "m"))
    assert sorted(codes(loaded)) == ["converted-verified", "precision-changed"]
    inputs = (torch.rand(1, 3, 8, 8) * 255).round()
    assert torch.allclose(cpu(loaded)(inputs), files.eager(inputs / 255), atol=1e-5)
    spec = loaded.input_spec
    assert np.allclose(np.array([0.0, 1.0]) / spec.std[0] + spec.mean[0], [0, 255])


def test_whole_numbers_that_are_computed_with(tmp_path: Path) -> None:
    nodes = [
        helper.make_node("BitShift", ["x", "one"], ["s"], direction="RIGHT"),
        helper.make_node("Cast", ["s"], ["t"], to=TensorProto.FLOAT),
        *files.convolution("t"),
    ]
    weights = files.weights() | {"one": np.uint8(1)}
    model = files.built(nodes, weights, (1, 3, 8, 8), TensorProto.UINT8)
    loaded = load_model(files.saved(model, tmp_path / "m"))
    assert loaded.module is None
    assert codes(loaded) == ["inference-format"]
    inputs = (np.random.default_rng(0).random((1, 3, 8, 8)) * 255).astype(np.float32)
    assert loaded.reference is not None
    expected = files.eager(torch.from_numpy(inputs.round() // 2))
    assert np.allclose(loaded.reference(inputs), expected, rtol=1e-4)


@pytest.mark.parametrize("kind", [np.float16, np.float64])
def test_other_precisions_run_in_float32(kind: type, tmp_path: Path) -> None:
    number = helper.np_dtype_to_tensor_dtype(np.dtype(kind))
    model = files.built(
        files.convolution(), files.weights(kind), (1, 3, 8, 8), kind=number, out=number
    )
    loaded = load_model(files.saved(model, tmp_path / "m"))
    assert sorted(codes(loaded)) == ["converted-verified", "precision-changed"]
    inputs = torch.rand(1, 3, 8, 8)
    assert torch.allclose(cpu(loaded)(inputs), files.eager(inputs), atol=1e-2)


def test_quantised_graphs_are_named(tmp_path: Path) -> None:
    nodes = [
        helper.make_node("QuantizeLinear", ["x", "s", "z"], ["q"]),
        helper.make_node("DequantizeLinear", ["q", "s", "z"], ["t"]),
        *files.convolution("t"),
    ]
    weights = files.weights() | {"s": np.float32(0.02), "z": np.uint8(128)}
    loaded = load_model(files.saved(files.built(nodes, weights), tmp_path / "m"))
    assert loaded.module is None
    assert "quantised" in loaded.findings[0].message
    verdict = assess(loaded)
    assert verdict.level == "inference-only"
    assert "quantised" in verdict.summary


def test_of_several_outputs_the_explained_one_stays(tmp_path: Path) -> None:
    model = files.built(files.convolution(), files.weights())
    model.graph.output.insert(0, helper.make_tensor_value_info("r", 1, None))
    model.graph.output[1].name = model.graph.node[4].output[0] = "logits"
    loaded = load_model(files.saved(model, tmp_path / "m"))
    assert codes(loaded) == ["converted-verified"]
    inputs = torch.rand(1, 3, 8, 8)
    assert list(cpu(loaded)(inputs)) == ["logits"]
    assert loaded.reference is not None
    assert list(loaded.reference(inputs.numpy())) == ["r", "logits"]
    assert assess(loaded).evidence["output_entry"] == "['logits']"
