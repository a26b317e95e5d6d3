"""A graph that ends before its last softmax or sigmoid, for a proof where these saturate."""

from __future__ import annotations

from copy import deepcopy
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from onnx import ModelProto

ACTIVATIONS = ("Softmax", "LogSoftmax", "Sigmoid")


def before_activation(model: ModelProto) -> ModelProto | None:
    """The same nodes, with outputs that are what goes into each activation at the end.

    None where there is none. Behind a saturated one no number of the output moves any more, so that
    no gradient can be measured there; all else is computed by the same nodes.
    """
    makers = {name: node for node in model.graph.node for name in node.output}
    found: dict[str, str] = {}
    for value in model.graph.output:
        node = makers.get(value.name)
        while node is not None and node.op_type == "Identity":
            node = makers.get(node.input[0])
        if node is not None and node.op_type in ACTIVATIONS:
            found[value.name] = node.input[0]
    if not found or len(set(found.values())) < len(found):
        return None
    other = deepcopy(model)
    for value in other.graph.output:
        value.name = found.get(value.name, value.name)
    return other
