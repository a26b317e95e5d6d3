"""What goes into the softmax or sigmoid at the end of a TensorFlow function."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from xai_core.models.tensorflow.frozen import Frozen, frozen, function_of
from xai_core.models.tensorflow.source import Source

KINDS = {"Softmax": "softmax", "LogSoftmax": "log-softmax", "Sigmoid": "sigmoid"}
PASSED = ("Identity", "Snapshot")
SUFFIX = " (before)"


@dataclass(frozen=True)
class Widened:
    """source: gives more than the model, under further names. ends: `output -> (kind, name)`."""

    source: Source
    ends: Mapping[str, tuple[str, str]]


def widened(source: Source) -> Widened:
    """The same function that also gives what goes into each activation at its end."""
    cut = frozen(source.function)
    found = {
        name: end
        for name, output in zip(source.names, cut.outputs, strict=False)
        if (end := _activation(cut, output)) is not None
    }
    if not found:
        return Widened(source, {})
    from xai_core.models.tensorflow.opening import of_graph

    names = (*source.names, *(name + SUFFIX for name in found))
    tensors = (*cut.outputs[: len(source.names)], *(tensor for _, tensor in found.values()))
    function = function_of(cut.graph, cut.input, tensors)
    ends = {name: (kind, name + SUFFIX) for name, (kind, _) in found.items()}
    return Widened(of_graph(function, names, source.loaded_by), ends)


def _activation(cut: Frozen, output: str) -> tuple[str, str] | None:
    """The kind of the activation that gives a tensor, and the tensor that goes into it."""
    nodes: dict[str, Any] = {node.name: node for node in cut.graph.node}
    node = nodes.get(output.split(":")[0])
    while node is not None and node.op in PASSED:
        node = nodes.get(node.input[0].lstrip("^").split(":")[0])
    if node is None or node.op not in KINDS:
        return None
    before = node.input[0]
    return KINDS[node.op], before if ":" in before else f"{before}:0"
