"""Wherever an ONNX model keeps a tensor, its numbers come from the same zip or not at all."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import AttributeProto, GraphProto, ModelProto, TensorProto, helper, numpy_helper

from tests.models.formats import onnx_files as files
from xai_core.base.errors import ModelError
from xai_core.models.loading import inspect_file, load_model
from xai_core.models.onnx.source import complete, read_model
from xai_core.models.onnx.walk import tensors


def outside(place: str) -> TensorProto:
    """A tensor whose numbers lie in another file: the canary."""
    tensor = numpy_helper.from_array(np.ones(2, np.float32), "canary")
    tensor.ClearField("raw_data")
    tensor.data_location = TensorProto.EXTERNAL
    tensor.external_data.add(key="location", value=place)
    return tensor


def _constant(tensor: TensorProto) -> onnx.NodeProto:
    return helper.make_node("Constant", [], ["c"], value=tensor)


def _graph(tensor: TensorProto) -> GraphProto:
    return helper.make_graph([_constant(tensor)], "inner", [], [])


def _function(model: ModelProto) -> onnx.FunctionProto:
    made = model.functions.add(name="F", domain="own", output=["c"])
    made.opset_import.add(domain="", version=17)
    model.opset_import.add(domain="own", version=1)
    return made


def _default(model: ModelProto, tensor: TensorProto) -> None:
    made = _function(model)
    made.attribute_proto.add(name="value", type=AttributeProto.TENSOR, t=tensor)
    made.node.add(op_type="Constant", output=["c"]).attribute.add(
        name="value", type=AttributeProto.TENSOR, ref_attr_name="value"
    )


PLACES: dict[str, Callable[[ModelProto, TensorProto], object]] = {
    "main": lambda m, t: m.graph.initializer.append(t),
    "main, a node": lambda m, t: m.graph.node.insert(0, _constant(t)),
    "main, sparse": lambda m, t: m.graph.sparse_initializer.add(values=t),
    "main, sparse indices": lambda m, t: m.graph.sparse_initializer.add(indices=t),
    "a branch": lambda m, t: m.graph.node[0].attribute.add(
        name="b", type=AttributeProto.GRAPH, g=_graph(t)
    ),
    "branches": lambda m, t: m.graph.node[0].attribute.add(
        name="b", type=AttributeProto.GRAPHS, graphs=[_graph(t)]
    ),
    "tensors": lambda m, t: m.graph.node[0].attribute.add(
        name="b", type=AttributeProto.TENSORS, tensors=[t]
    ),
    "sparse attribute": lambda m, t: (
        m.graph.node[0]
        .attribute.add(name="b", type=AttributeProto.SPARSE_TENSOR)
        .sparse_tensor.values.CopyFrom(t)
    ),
    "a function's node": lambda m, t: _function(m).node.append(_constant(t)),
    "a function's branch": lambda m, t: (
        _function(m)
        .node.add(op_type="If")
        .attribute.add(name="then_branch", type=AttributeProto.GRAPH, g=_graph(t))
    ),
    "a function's default": _default,
    "a function's default, a graph": lambda m, t: _function(m).attribute_proto.add(
        name="b", type=AttributeProto.GRAPH, g=_graph(t)
    ),
    "a function's default, tensors": lambda m, t: _function(m).attribute_proto.add(
        name="b", type=AttributeProto.TENSORS, tensors=[t]
    ),
    "training": lambda m, t: m.training_info.add().algorithm.initializer.append(t),
}


def model() -> ModelProto:
    return files.built(files.convolution(), files.weights())


@pytest.mark.parametrize("place", PLACES)
def test_no_file_is_opened(place: str, tmp_path: Path) -> None:
    canary = tmp_path / "canary"
    canary.write_bytes(np.full(2, 7, np.float32).tobytes())
    made = model()
    PLACES[place](made, outside(str(canary)))
    path = files.saved(made, tmp_path / "m.onnx")
    assert sum(one.name == "canary" for one in tensors(made)) == 1
    with pytest.raises(ModelError) as caught:
        load_model(path)
    assert caught.value.code == "corrupt-file"
    assert "canary" in caught.value.message
    assert [one.code for one in inspect_file(path).findings] == ["corrupt-file"]


def test_a_default_in_the_same_zip_is_filled_in(tmp_path: Path) -> None:
    made = model()
    _default(made, outside("numbers"))
    (tmp_path / "numbers").write_bytes(np.full(2, 7, np.float32).tobytes())
    graph = files.saved(made, tmp_path / "m.onnx")
    path = files.zipped(tmp_path / "m.zip", [graph, tmp_path / "numbers"])
    filled = complete(*read_model(path))
    default = filled.functions[0].attribute_proto[0].t
    assert numpy_helper.to_array(default).tolist() == [7, 7]


def test_fields_that_are_not_known_here_do_not_reach_the_runtime(tmp_path: Path) -> None:
    made = model()
    unknown = b"\xd2\x0f" + bytes([3]) + b"abc"  # field 250, of a version to come
    path = tmp_path / "m.onnx"
    path.write_bytes(made.SerializeToString() + unknown)
    assert unknown not in read_model(path)[0].SerializeToString()
