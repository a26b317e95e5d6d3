"""A module whose layers are hidden, replaced by a graph with layers where both are proven equal."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from xai_core.base.errors import ModelError
from xai_core.base.finding import Finding
from xai_core.base.loaded_model import LoadedModel
from xai_core.models.conversion.unfinished import CODE as LATE
from xai_core.models.conversion.unfinished import out_of_time

if TYPE_CHECKING:
    from torch import nn

FORMED = "with its picture in another form, it is not converted."
Shape = tuple[int, int, int]
Converters = Mapping[str, Callable[[Shape], "nn.Module"]]
"""Name and version of a converter -> the graph it makes for inputs `(C, H, W)`."""


def hidden_layers(title: str, reason: str = "") -> Finding:
    """`layers-hidden`: why inner layers cannot be read. It is the readiness check's error, too."""
    rest = f" It could not be turned into a graph with layers: {reason}" if reason else ""
    return Finding(
        "layers-hidden",
        "warning",
        f"{title} hides its layers: hooks cannot be put on them, and some may be fused.{rest}",
        "Use simple gradient methods, or load the PyTorch model it was made from.",
    )


def with_layers(
    hidden: LoadedModel,
    title: str,
    converters: Converters,
    shape: Shape | None,
    patience: float = 1.0,
) -> LoadedModel:
    """The first graph that gives the outputs and the input gradient of `hidden.module`.

    Where there is none, `hidden` with the reason as a finding; `time-limit` where it is that time
    ran out, after `patience` times the usual limits.
    """
    import torch

    from xai_core.models.conversion.same_gradient import compare
    from xai_core.models.conversion.verify import sample_inputs

    formed = any(one.code == "input-form-found" for one in hidden.findings)
    reason = FORMED if formed else "no usual input shape fits, and it takes one to convert."
    late: list[Finding] = []
    for name, convert in converters.items():
        if shape is None or hidden.module is None:
            break
        try:
            graph = convert(shape).eval()
        except ModelError as error:
            reason = error.message
            if error.code == LATE:
                late = [out_of_time(reason, patience, "warning")]
            continue
        likeness = compare(graph, hidden.module, torch.from_numpy(sample_inputs(shape)))
        if not likeness.why_not:
            module = _by_shape(graph, shape, convert, hidden.module)
            return replace(
                hidden,
                module=module,
                converted_by=name,
                layers_readable=True,
                findings=(*hidden.findings, likeness.finding(name)),
            )
        reason = f"the graph was not proven equal. {likeness.why_not}"
    return replace(hidden, findings=(*hidden.findings, hidden_layers(title, reason), *late))


def _by_shape(
    graph: nn.Module, shape: Shape, convert: Callable[[Shape], nn.Module], script: nn.Module
) -> nn.Module:
    """The graph, which is made anew for an input of another shape, where it may be only of one."""
    import torch

    from xai_core.models.conversion.by_shape import ShapedGraph
    from xai_core.models.conversion.graph_module import LayeredGraph
    from xai_core.models.conversion.same_gradient import compare
    from xai_core.models.conversion.verify import sample_inputs

    if not isinstance(graph, LayeredGraph) or not isinstance(script, torch.jit.ScriptModule):
        return graph  # an exported program takes what it was exported for

    def proven(other: Shape) -> LayeredGraph | None:
        found = convert(other).eval()
        likeness = compare(found, script, torch.from_numpy(sample_inputs(other)))
        return found if isinstance(found, LayeredGraph) and not likeness.why_not else None

    return ShapedGraph(graph, shape, proven, script)
