"""Every node, tensor and value type of an ONNX model, subgraphs and functions included."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from google.protobuf.message import Message
    from onnx import AttributeProto, GraphProto, ModelProto, NodeProto, TensorProto


def graphs(model: ModelProto) -> Iterator[GraphProto]:
    """The main graph first, then those inside its nodes and of functions."""
    waiting = [model.graph]
    waiting += [info.algorithm for info in model.training_info]
    waiting += [info.initialization for info in model.training_info]
    for function in model.functions:
        waiting += _inner(function.attribute_proto)
        for node in function.node:
            waiting += _inner(node.attribute)
    while waiting:
        graph = waiting.pop(0)
        yield graph
        for node in graph.node:
            waiting += _inner(node.attribute)


def nodes(model: ModelProto) -> Iterator[NodeProto]:
    """Every node."""
    for graph in graphs(model):
        yield from graph.node
    for function in model.functions:
        yield from function.node


def tensors(model: ModelProto) -> Iterator[TensorProto]:
    """Every tensor that is stored in the model, wherever a message of it holds one.

    It goes by the messages' own descriptions: a default value of a function's attribute, or a
    field that a later version of ONNX adds, is found as well.
    """
    from onnx import TensorProto

    waiting: list[Message] = [model]
    while waiting:
        message = waiting.pop()
        if isinstance(message, TensorProto):
            yield message
            continue
        inner: list[Message] = []
        for field, value in message.ListFields():
            if field.message_type is not None:
                inner += list(value) if isinstance(value, Sequence) else [value]
        waiting += reversed(inner)


def _inner(attributes: Iterable[AttributeProto]) -> list[GraphProto]:
    found = []
    for attribute in attributes:
        if attribute.HasField("g"):
            found.append(attribute.g)
        found += attribute.graphs
    return found
