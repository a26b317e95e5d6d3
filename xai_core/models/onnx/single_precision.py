"""A graph in float32 throughout, so that both runtimes can be held against each other.

Differences of half precision drown in rounding, and whole numbers cannot be moved by a little.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from xai_core.models.onnx.walk import graphs, nodes, tensors

if TYPE_CHECKING:
    from onnx import ModelProto, TensorProto, ValueInfoProto

TYPE_ATTRIBUTES = ("to", "dtype", "output_dtype", "stash_type")


def single_precision(model: ModelProto) -> tuple[ModelProto, tuple[str, ...]]:
    """A copy whose float16, bfloat16 and double numbers are float32, and the names of those types.

    Integer weights stay: they are indices, shapes or quantised numbers.
    """
    import onnx

    kind = onnx.TensorProto
    other: dict[int, str] = {
        kind.FLOAT16: "float16",
        kind.BFLOAT16: "bfloat16",
        kind.DOUBLE: "float64",
    }
    copy = onnx.ModelProto()
    copy.CopyFrom(model)
    found = {tensor.data_type for tensor in tensors(copy) if tensor.data_type in other}
    for tensor in tensors(copy):
        if tensor.data_type in other:
            _widen(tensor)
    for node in nodes(copy):
        for attribute in node.attribute:
            if attribute.name in TYPE_ATTRIBUTES and attribute.i in other:
                attribute.i = kind.FLOAT
    for graph in graphs(copy):
        graph.ClearField("value_info")
        for value in (*graph.input, *graph.output):
            number = value.type.tensor_type.elem_type
            if number in other:
                found.add(number)
                value.type.tensor_type.elem_type = kind.FLOAT
    return copy, tuple(sorted(other[number] for number in found))


def floating_input(model: ModelProto, name: str) -> ModelProto:
    """A copy that takes float32 where it took whole numbers.

    Right where the graph casts its input first; elsewhere the runtime refuses the copy.
    """
    import onnx

    copy = onnx.ModelProto()
    copy.CopyFrom(model)
    value: ValueInfoProto
    for value in copy.graph.input:
        if value.name == name:
            value.type.tensor_type.elem_type = onnx.TensorProto.FLOAT
    return copy


def _widen(tensor: TensorProto) -> None:
    import numpy as np
    from onnx import numpy_helper

    name = tensor.name
    numbers = numpy_helper.to_array(tensor).astype(np.float32)
    tensor.CopyFrom(numpy_helper.from_array(numbers, name))
