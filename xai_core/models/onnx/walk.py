"""Every node, tensor and value type of an ONNX model, subgraphs and functions included."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from onnx import GraphProto, ModelProto, NodeProto, TensorProto


def graphs(model: ModelProto) -> Iterator[GraphProto]:
    """The main graph first, then those inside its nodes and of functions."""
    waiting = [model.graph]
    waiting += [info.algorithm for info in model.training_info]
    waiting += [info.initialization for info in model.training_info]
    for node in (node for function in model.functions for node in function.node):
        waiting += _inner(node)
    while waiting:
        graph = waiting.pop(0)
        yield graph
        for node in graph.node:
            waiting += _inner(node)


def nodes(model: ModelProto) -> Iterator[NodeProto]:
    """Every node."""
    for graph in graphs(model):
        yield from graph.node
    for function in model.functions:
        yield from function.node


def tensors(model: ModelProto) -> Iterator[TensorProto]:
    """Every tensor that is stored in the model."""
    for graph in graphs(model):
        yield from graph.initializer
        for sparse in graph.sparse_initializer:
            yield from (sparse.values, sparse.indices)
    for node in nodes(model):
        for attribute in node.attribute:
            if attribute.HasField("t"):
                yield attribute.t
            yield from attribute.tensors
            for sparse in (attribute.sparse_tensor, *attribute.sparse_tensors):
                yield from (sparse.values, sparse.indices)


def _inner(node: NodeProto) -> list[GraphProto]:
    found = []
    for attribute in node.attribute:
        if attribute.HasField("g"):
            found.append(attribute.g)
        found += attribute.graphs
    return found
