"""Where the gradient ends in a TensorFlow graph whose own gradient does not reach the input."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from xai_core.base.arrays import Inputs
from xai_core.base.finding import Finding
from xai_core.models.tensorflow.source import Source

if TYPE_CHECKING:
    from torch import Tensor, nn

FLAT = frozenset(
    [
        "ArgMax",
        "ArgMin",
        "Round",
        "Rint",
        "Floor",
        "Ceil",
        "Sign",
        "Equal",
        "NotEqual",
        "Greater",
        "GreaterEqual",
        "Less",
        "LessEqual",
        "LogicalAnd",
        "LogicalOr",
        "LogicalNot",
        "TopK",
        "TopKV2",
        "FakeQuantWithMinMaxArgs",
        "Bucketize",
        "OneHot",
    ]
)
CODES = {"StopGradient": "detach", "PreventGradient": "detach"}
FLOATS = frozenset({1, 2, 14, 19})  # numbers of float32, float64, bfloat16, float16 in a GraphDef


def cause_of(source: Source, module: nn.Module, inputs: Inputs) -> Finding | None:
    """The operation that stops the gradient; None where it reaches the input of some sample."""
    import torch

    from xai_core.attribution.forward import run
    from xai_core.targets import main_output, score_matrix
    from xai_core.targets.marks import mark_of

    error = ""
    for picture in torch.from_numpy(inputs).split(1):  # type: ignore[no-untyped-call]
        leaf = picture.clone().requires_grad_(True)
        given = main_output(run(module, leaf))[1]
        before = mark_of(given).before
        scores = score_matrix(given if before is None else before, 1)
        try:
            found = _gradient(scores.max(), leaf)
        except RuntimeError as cause:
            error = str(cause)
            continue
        if found is not None and bool(found.any()):
            return None
    return _finding(source, error)


def _gradient(score: Tensor, leaf: Tensor) -> Tensor | None:
    import torch

    if not score.requires_grad:
        return None
    (found,) = torch.autograd.grad(score, leaf, allow_unused=True)
    return found


def _finding(source: Source, error: str) -> Finding:
    stops = [node for node in _between(source) if node.op in CODES or _is_flat(node)]
    if not stops:
        told = error or "TensorFlow's own gradient does not reach the input, or is zero there."
        return Finding("no-gradient", "error", told, "Load the model that it was exported from.")
    node = stops[0]
    code = CODES.get(node.op, "non-differentiable-op")
    return Finding(
        code,
        "error",
        f"TensorFlow's operation {node.op} ({node.name}) stops the gradient between input and "
        "score.",
        "Export the model without it, or let it give the scores before it.",
        layer=node.name,
    )


def _is_flat(node: Any) -> bool:
    return node.op in FLAT or (node.op == "Cast" and node.attr["DstT"].type not in FLOATS)


def _between(source: Source) -> list[Any]:
    """Nodes on a way from the input to the first output, nearest to the output first."""
    from xai_core.models.tensorflow.frozen import frozen

    cut = frozen(source.function)
    nodes = {node.name: node for node in cut.graph.node}
    start = cut.input.split(":")[0]
    reached = {start}
    for node in cut.graph.node:  # a GraphDef that TensorFlow wrote is in order of use
        if any(_name(one) in reached for one in node.input if not one.startswith("^")):
            reached.add(node.name)
    found, waiting = [], [_name(cut.outputs[0])]
    while waiting:
        name = waiting.pop(0)
        if name in reached and nodes[name] not in found:
            found.append(nodes[name])
            waiting += [_name(one) for one in nodes[name].input if not one.startswith("^")]
    return found


def _name(tensor: str) -> str:
    return tensor.lstrip("^").split(":")[0]
