"""What a SavedModel says of itself: its graph, its signatures, what TensorFlow runs as it loads."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from xai_core.base.errors import ModelError
from xai_core.models.peek.protobuf import Buffer, Field
from xai_core.models.tensorflow.nodes import (
    DTYPES,
    VARIABLES,
    Graph,
    Shape,
    graph_of,
    pair,
    parts,
    shape_of,
    text,
)

# Of `meta_graph.proto` and `saved_object_graph.proto`.
META_GRAPH, GRAPH, COLLECTION, SIGNATURE, OBJECTS, CONCRETE_FUNCTIONS = 2, 2, 4, 5, 7, 2
RUN_AT_LOAD = frozenset({"saved_model_main_op", "legacy_init_op", "saved_model_initializers"})
INITIALIZER = "__saved_model_init_op"


@dataclass(frozen=True)
class Tensor:
    """An input or output of a signature."""

    name: str
    dtype: str
    shape: Shape | None


@dataclass(frozen=True)
class Signature:
    """One way of calling the model."""

    inputs: Mapping[str, Tensor]
    outputs: Mapping[str, Tensor]


@dataclass(frozen=True)
class SavedModel:
    """A SavedModel's first meta graph.

    Attributes:
        roots: nodes, and functions by their names, that a call or the loading runs.
    """

    graph: Graph
    signatures: Mapping[str, Signature]
    roots: frozenset[str]

    @property
    def has_variables(self) -> bool:
        """It keeps weights beside the graph."""
        return any(node.op in VARIABLES for node in self.graph.everything())


def saved_model_of(data: Buffer) -> SavedModel:
    """The model in the bytes of `saved_model.pb`.

    Raises:
        ModelError: `corrupt-file`.
    """
    metas = [one for one in parts(data, 0, None) if one.number == META_GRAPH]
    if not metas:
        raise ModelError("The SavedModel holds no graph.", "Save it again.", code="corrupt-file")
    inner = parts(data, metas[0].start, metas[0].end)
    graphs = [graph_of(data, one.start, one.end) for one in inner if one.number == GRAPH]
    signatures = dict(_signature(data, one) for one in inner if one.number == SIGNATURE)
    roots = {tensor.name for one in signatures.values() for tensor in one.outputs.values()}
    for one in inner:
        if one.number == COLLECTION:
            roots |= _collection(data, one)
        elif one.number == OBJECTS:
            roots |= _functions(data, one)
    signatures.pop(INITIALIZER, None)
    names = frozenset(name.lstrip("^").split(":")[0] for name in roots)
    return SavedModel(graphs[0] if graphs else Graph({}), signatures, names)


def _signature(data: Buffer, item: Field) -> tuple[str, Signature]:
    key, value = pair(data, item)
    ends: tuple[dict[str, Tensor], dict[str, Tensor]] = ({}, {})
    for one in () if value is None else parts(data, value.start, value.end):
        if one.number in (1, 2):
            name, tensor = pair(data, one)
            if tensor is not None:
                ends[one.number - 1][name] = _tensor(data, tensor)
    return key, Signature(*ends)


def _tensor(data: Buffer, item: Field) -> Tensor:
    name, dtype, shape = "", "", None
    for one in parts(data, item.start, item.end):
        if one.number == 1:
            name = text(data, one)
        elif one.number == 2:
            dtype = DTYPES.get(one.value, f"type {one.value}")
        elif one.number == 3:
            shape = shape_of(data, one)
    return Tensor(name, dtype, shape)


def _collection(data: Buffer, item: Field) -> set[str]:
    """Nodes that TensorFlow 1 runs once the model is there."""
    key, value = pair(data, item)
    if key not in RUN_AT_LOAD or value is None:
        return set()
    lists = [one for one in parts(data, value.start, value.end) if one.number == 1]
    return {text(data, f) for one in lists for f in parts(data, one.start, one.end)}


def _functions(data: Buffer, item: Field) -> set[str]:
    """Functions of the objects: TensorFlow 2 makes them callable, and runs initialisers."""
    return {
        pair(data, one)[0]
        for one in parts(data, item.start, item.end)
        if one.number == CONCRETE_FUNCTIONS
    }
