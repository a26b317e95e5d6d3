"""Constants that stand in nodes of their own, as stored tensors: fewer nodes, and no layers."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from onnx import ModelProto, NodeProto, TensorProto


def store_constants(model: ModelProto) -> ModelProto:
    """Moves each `Constant` of the main graph to its initializers; changes the model."""
    graph = model.graph
    kept = []
    for node in graph.node:
        value = _value(node) if node.op_type == "Constant" and not node.domain else None
        if value is None:
            kept.append(node)
        else:
            value.name = node.output[0]
            graph.initializer.append(value)
    del graph.node[:]
    graph.node.extend(kept)
    return model


def _value(node: NodeProto) -> TensorProto | None:
    import numpy as np
    from onnx import numpy_helper

    for attribute in node.attribute:
        numbers = {
            "value_float": np.float32(attribute.f),
            "value_int": np.int64(attribute.i),
            "value_floats": np.array(attribute.floats, np.float32),
            "value_ints": np.array(attribute.ints, np.int64),
        }
        if attribute.name == "value":
            return attribute.t
        if attribute.name in numbers:
            return numpy_helper.from_array(np.asarray(numbers[attribute.name]))
    return None
