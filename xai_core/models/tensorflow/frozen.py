"""A TensorFlow function as one graph without variables, and a function of such a graph."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Frozen:
    """A GraphDef with weights as constants; tensor names (`node:0`) of its ends."""

    graph: Any
    input: str
    outputs: tuple[str, ...]


def frozen(function: Any) -> Frozen:
    """A ConcreteFunction of one input with its variables as constants, its functions inlined."""
    from tensorflow.python.framework.convert_to_constants import (
        convert_variables_to_constants_v2,
    )

    constant = convert_variables_to_constants_v2(
        function, lower_control_flow=False, aggressive_inlining=True
    )
    given = [tensor.name for tensor in constant.inputs if tensor.dtype.name != "resource"]
    return Frozen(
        constant.graph.as_graph_def(),
        given[0],
        tuple(tensor.name for tensor in constant.outputs),
    )


def function_of(graph: Any, start: str, ends: tuple[str, ...]) -> Any:
    """The ConcreteFunction from one tensor of a GraphDef to others; nothing else of it is run.

    Raises:
        KeyError, ValueError: the graph has no such tensors, or is not sound.
    """
    import tensorflow as tf

    wrapped = tf.compat.v1.wrap_function(lambda: tf.compat.v1.import_graph_def(graph, name=""), [])
    find = wrapped.graph.get_tensor_by_name
    return wrapped.prune(find(start), [find(name) for name in ends])


def from_its_cast(cut: Frozen) -> Frozen | None:
    """The graph from behind the cast that turns whole numbers into float32; None without one."""
    name = cut.input.split(":")[0]
    readers = [
        node
        for node in cut.graph.node
        if any(source.lstrip("^").split(":")[0] == name for source in node.input)
    ]
    while len(readers) == 1 and readers[0].op == "Identity":
        name = readers[0].name
        readers = [node for node in cut.graph.node if name in node.input]
    floats = [node for node in readers if node.op == "Cast" and node.attr["DstT"].type == 1]
    shapes = [node for node in readers if node.op == "Shape"]
    if len(floats) != 1 or len(floats) + len(shapes) != len(readers) or shapes:
        return None
    return Frozen(cut.graph, f"{floats[0].name}:0", cut.outputs)
