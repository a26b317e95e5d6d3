"""Where a frozen graph begins and ends: a GraphDef does not say, so its nodes are proposed."""

from __future__ import annotations

from dataclasses import dataclass

from xai_core.base.errors import InputError, ModelError
from xai_core.models.tensorflow.nodes import VARIABLES, Graph, Node

ARROW = "->"
PLACEHOLDER = "Placeholder"
NUMBERS = frozenset({"float32", "float64", "float16", "uint8"})
# What makes a class or a choice of scores: the scores before it are explained.
CHOICES = frozenset({"ArgMax", "ArgMin", "TopK", "TopKV2", "Round", "Greater", "GreaterEqual"})
SELECTIONS = ("NonMaxSuppression", "CombinedNonMaxSuppression", "Where")
SCORES = frozenset({"Softmax", "LogSoftmax", "Sigmoid"})
PLAIN = frozenset({"Identity", "Squeeze", "Cast", "StopGradient", "IdentityN", "Reshape"})
NO_RESULT = frozenset({"NoOp", "Assert", "Const", "Print", "PrintV2", PLACEHOLDER})


@dataclass(frozen=True)
class Ends:
    """Tensor names (`node:0`) of the input and of the outputs. chosen: by whoever loads it."""

    input: str
    outputs: tuple[str, ...]
    chosen: bool = False

    def __str__(self) -> str:
        return f"{self.input}{ARROW}{','.join(self.outputs)}"


def ends_of(graph: Graph, wish: str | None) -> Ends:
    """The wished ones (`"x:0->scores:0"`, several outputs with commas), else a proposal.

    Raises:
        InputError: the wish names no nodes of the graph. ModelError: the graph is not frozen
            (`missing-weights`), takes several inputs or has no output (`forward-failed`).
    """
    if any(node.op in VARIABLES for node in graph.nodes.values()):
        raise ModelError(
            "The graph is not frozen: its weights are variables, and they are in other files.",
            "Freeze it with tf.compat.v1.graph_util.convert_variables_to_constants, or load the "
            "whole SavedModel folder as a zip.",
            code="missing-weights",
        )
    if wish is not None:
        return _wished(graph, wish)
    output = _output(graph)
    return Ends(_input(graph, output), (_tensor(output.name),))


def _wished(graph: Graph, wish: str) -> Ends:
    start, arrow, end = wish.partition(ARROW)
    outputs = tuple(_tensor(name) for name in end.split(",") if name.strip())
    ends = Ends(_tensor(start), outputs, chosen=True)
    if not arrow or not start.strip() or not outputs:
        raise InputError(
            f"Nodes are written as input{ARROW}output, not {wish!r}.",
            f"For example x:0{ARROW}scores:0, with commas between several outputs.",
        )
    for name in (ends.input, *outputs):
        if name.split(":")[0] not in graph.nodes:
            raise InputError(
                f"The graph has no node {name.split(':')[0]!r}.",
                f"It proposes {_proposal(graph)}.",
            )
    return ends


def _proposal(graph: Graph) -> str:
    try:
        return str(ends_of(graph, None))
    except ModelError:
        return "none"


def _input(graph: Graph, output: Node) -> str:
    found = [node for node in graph.before(output.name).values() if node.op == PLACEHOLDER]
    if len(found) == 1:
        return _tensor(found[0].name)
    pictures = [node for node in found if node.dtype in NUMBERS and len(node.shape or ()) == 4]
    names = ", ".join(sorted(node.name for node in found)) or "none"
    start = _tensor((pictures or found)[0].name) if found else "input:0"
    raise ModelError(
        f"A graph of one input was expected; this one has {len(found)}: {names}.",
        "Freeze it with the others as constants, or name a later node as input, such as "
        f"{start}{ARROW}{_tensor(output.name)}.",
        code="forward-failed",
        inputs=sorted(node.name for node in found),
    )


def _output(graph: Graph) -> Node:
    """The last result; of a detector, the scores that its selection is made of."""
    sinks = _sinks(graph)
    if not sinks:
        raise ModelError(
            "The graph has no output that depends on an input.",
            "Name its nodes yourself.",
            code="forward-failed",
        )
    node = _scores_before(graph, sinks[-1])
    before = graph.before(node.name)
    if any(one.op.startswith(SELECTIONS) for one in before.values()):
        last = next((one for one in before.values() if one.op in SCORES), None)
        if last is not None:
            # A mean over all classes after a softmax is a constant.
            return graph.nodes[last.inputs[0]] if last.op != "Sigmoid" else last
    return node


def _sinks(graph: Graph) -> list[Node]:
    """Nodes that nobody reads and that depend on a placeholder, in the file's order."""
    read = {name for node in graph.nodes.values() for name in node.inputs}
    last = [n for n in graph.nodes.values() if n.name not in read and n.op not in NO_RESULT]
    return [
        node
        for node in last
        if any(one.op == PLACEHOLDER for one in graph.before(node.name).values())
    ]


def _scores_before(graph: Graph, node: Node) -> Node:
    """`node`, or what a final argmax or the like was taken of."""
    at = node
    while at.op in PLAIN and at.inputs:
        at = graph.nodes[at.inputs[0]]
    return graph.nodes[at.inputs[0]] if at.op in CHOICES and at.inputs else node


def _tensor(name: str) -> str:
    name = name.strip()
    return name if ":" in name or not name else f"{name}:0"
