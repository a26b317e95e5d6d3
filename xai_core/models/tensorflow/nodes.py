"""The operations of a TensorFlow graph, read from its protobuf. Neither runs nor needs TensorFlow.

Field numbers: `graph.proto`, `node_def.proto`, `attr_value.proto`, `function.proto` and
`tensor_shape.proto` of TensorFlow 2.21.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from xai_core.base.errors import ModelError
from xai_core.models.peek.protobuf import BYTES, VARINT, Buffer, Field, fields

Shape = tuple[int | None, ...]
DTYPES = {1: "float32", 2: "float64", 3: "int32", 4: "uint8", 9: "int64", 10: "bool", 19: "float16"}
VARIABLES = frozenset({"Variable", "VariableV2", "VarHandleOp", "AutoReloadVariable"})


@dataclass(frozen=True)
class Node:
    """One operation.

    Attributes:
        inputs: names of the nodes that it reads, control inputs included.
        dtype: of its result, as the node says. shape: of a placeholder; None where not told.
        calls: functions that its attributes name. target: where it prints to.
    """

    name: str
    op: str
    inputs: tuple[str, ...] = ()
    dtype: str | None = None
    shape: Shape | None = None
    calls: tuple[str, ...] = ()
    target: str = ""


@dataclass(frozen=True)
class Graph:
    """Nodes by name, and the nodes of the functions in its library by the function's name."""

    nodes: Mapping[str, Node]
    functions: Mapping[str, tuple[Node, ...]] = field(default_factory=dict)

    def everything(self) -> Iterator[Node]:
        """Every node, also of functions."""
        yield from self.nodes.values()
        for nodes in self.functions.values():
            yield from nodes

    def before(self, *names: str) -> dict[str, Node]:
        """The nodes that `names` depend on, they themselves included, nearest first."""
        found: dict[str, Node] = {}
        waiting = list(names)
        while waiting:
            node = self.nodes.get(waiting.pop(0))
            if node is not None and node.name not in found:
                found[node.name] = node
                waiting += node.inputs
        return found


def graph_of(data: Buffer, start: int = 0, end: int | None = None) -> Graph:
    """The graph in the bytes of a GraphDef.

    Raises:
        ModelError: `corrupt-file`.
    """
    nodes: dict[str, Node] = {}
    functions: dict[str, tuple[Node, ...]] = {}
    for item in parts(data, start, end):
        if item.number == 1:
            node = _node(data, item)
            nodes[node.name] = node
        elif item.number == 2:
            for one in parts(data, item.start, item.end):
                if one.number == 1:
                    functions.update([_function(data, one)])
    return Graph(nodes, functions)


def parts(data: Buffer, start: int, end: int | None) -> tuple[Field, ...]:
    """The fields of a message.

    Raises:
        ModelError: `corrupt-file`, it breaks off or is none.
    """
    found = fields(data, start, end)
    if found is None or (found and not found[-1].whole):
        raise ModelError(
            "The TensorFlow graph breaks off or is damaged.",
            "Copy or download the file again.",
            code="corrupt-file",
        )
    return found


def text(data: Buffer, item: Field) -> str:
    """A string field."""
    return bytes(data[item.start : item.end]).decode("utf-8", "replace")


def pair(data: Buffer, item: Field) -> tuple[str, Field | None]:
    """Key and value of one entry of a map."""
    found = {one.number: one for one in parts(data, item.start, item.end)}
    return (text(data, found[1]) if 1 in found else ""), found.get(2)


def shape_of(data: Buffer, item: Field) -> Shape | None:
    """A TensorShapeProto; None for one of unknown rank."""
    sizes: list[int | None] = []
    for one in parts(data, item.start, item.end):
        if one.number == 3 and one.value:
            return None
        if one.number == 2:
            size = sum(f.value for f in parts(data, one.start, one.end) if f.number == 1)
            sizes.append(size if size < 2**63 else None)  # -1: any
    return tuple(sizes)


def _node(data: Buffer, item: Field) -> Node:
    inner = parts(data, item.start, item.end)
    words = {one.number: text(data, one) for one in inner if one.number in (1, 2)}
    inputs = [text(data, one).lstrip("^").split(":")[0] for one in inner if one.number == 3]
    attributes: dict[str, tuple[Field, ...]] = {}
    for one in inner:
        if one.number == 5:
            key, value = pair(data, one)
            attributes[key] = () if value is None else parts(data, value.start, value.end)
    return Node(
        name=words.get(1, ""),
        op=words.get(2, ""),
        inputs=tuple(inputs),
        dtype=_dtype(attributes),
        shape=next(_shapes(data, attributes.get("shape", ())), None),
        calls=tuple(name for value in attributes.values() for name in _called(data, value)),
        target=" ".join(
            text(data, one)
            for key in ("output_stream", "debug_urls")
            for one in attributes.get(key, ())
            if one.wire == BYTES
        ),
    )


def _dtype(attributes: Mapping[str, tuple[Field, ...]]) -> str | None:
    for key in ("dtype", "DstT", "output_type", "T"):
        for one in attributes.get(key, ()):
            if one.number == 6 and one.wire == VARINT:
                return DTYPES.get(one.value, f"type {one.value}")
    return None


def _shapes(data: Buffer, content: tuple[Field, ...]) -> Iterator[Shape | None]:
    yield from (shape_of(data, one) for one in content if one.number == 7 and one.wire == BYTES)


def _called(data: Buffer, content: tuple[Field, ...]) -> Iterator[str]:
    """Names of functions in an attribute: its `func` (10), or those of its `list` (1, 9)."""
    named = [one for one in content if one.number == 10 and one.wire == BYTES]
    for one in content:
        if one.number == 1 and one.wire == BYTES:
            inner = fields(data, one.start, one.end) or ()
            named += [item for item in inner if item.number == 9 and item.wire == BYTES]
    for one in named:
        yield from (text(data, f) for f in parts(data, one.start, one.end) if f.number == 1)


def _function(data: Buffer, item: Field) -> tuple[str, tuple[Node, ...]]:
    inner = parts(data, item.start, item.end)
    signatures = [parts(data, one.start, one.end) for one in inner if one.number == 1]
    names = [text(data, one) for signature in signatures for one in signature if one.number == 1]
    nodes = tuple(_node(data, one) for one in inner if one.number == 3)
    return (names[0] if names else ""), nodes
