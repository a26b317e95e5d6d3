"""Which tensors of a graph are weights that were trained, as the layers' parameters are."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from onnx import ModelProto, NodeProto

PLACES = {
    "Conv": (1, 2),
    "ConvTranspose": (1, 2),
    "Gemm": (1, 2),
    "MatMul": (0, 1),
    "BatchNormalization": (1, 2),  # the running mean and variance are none
    "InstanceNormalization": (1, 2),
    "LayerNormalization": (1, 2),
    "GroupNormalization": (1, 2),
    "PRelu": (1,),
}
PASSING = ("Transpose", "Reshape", "Unsqueeze", "Squeeze", "Identity", "Flatten", "Cast")


def trained(model: ModelProto) -> list[str]:
    """Names of such floating-point tensors, in the order in which they are first used."""
    import onnx

    stored = {
        tensor.name
        for tensor in model.graph.initializer
        if tensor.data_type == onnx.TensorProto.FLOAT
    }
    makers = {output: node for node in model.graph.node for output in node.output}
    found: dict[str, None] = {}
    for node in model.graph.node:
        for name in _weights(node, makers):
            origin = _origin(name, makers)
            if origin in stored:
                found.setdefault(origin)
    return list(found)


def _weights(node: NodeProto, makers: dict[str, NodeProto]) -> list[str]:
    if node.op_type == "Add":  # the bias of a linear layer
        products = [
            name for name in node.input if name in makers and makers[name].op_type == "MatMul"
        ]
        return [name for name in node.input if name not in products] if products else []
    places = PLACES.get(node.op_type, ())
    return [node.input[place] for place in places if place < len(node.input)]


def _origin(name: str, makers: dict[str, NodeProto]) -> str:
    while name in makers and makers[name].op_type in PASSING:
        name = makers[name].input[0]
    return name
