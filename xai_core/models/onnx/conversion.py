"""An ONNX graph as a torch module whose operations can be read as layers."""

from __future__ import annotations

from ast import literal_eval
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from xai_core.models.onnx.constants import store_constants
from xai_core.models.onnx.plain_names import plain_names
from xai_core.models.onnx.trained import trained
from xai_core.targets.entry_choice import Entry, choose

if TYPE_CHECKING:
    from onnx import ModelProto
    from torch import fx, nn

    from xai_core.models.onnx.picture_input import PictureInput

CONVERTER = "onnx2fx"
TIME_LIMIT = 60.0
LAYERS = ("Conv", "Gemm", "MatMul", "Einsum")
ONLY_PREDICTS = "Load the model that it was exported from; with this file only Occlusion works."
KINDS = {"Transpose": "Permute"}  # torch's word: it only passes features on


def converter_version() -> str:
    """The version of the converter that is installed."""
    from importlib.metadata import version

    return version(CONVERTER)


def to_torch(model: ModelProto, source: PictureInput, patience: float = 1.0) -> nn.Module:
    """`[B, C, H, W]` in; the output, or of several the explained one by name. In eval mode.

    Nothing says yet that it is right: see `xai_core.models.conversion.verify`.

    Raises:
        ModelError: an operation has no counterpart, or the graph is not sound
            (`converted-unverified`); `time-limit`: not in `patience` times the usual limit.
    """
    import onnx
    import onnx2fx

    from xai_core.models.conversion.converting import converting
    from xai_core.models.conversion.graph_module import layered

    floating = onnx.TensorProto.FLOAT
    outputs = [
        (_entry(value), value.type.tensor_type.elem_type == floating)
        for value in model.graph.output
    ]
    plain, readable = plain_names(_flat(model))
    store_constants(plain)
    with converting("torch", TIME_LIMIT * patience, ONLY_PREDICTS):
        converted = onnx2fx.convert(plain)
        weights = [name for name in trained(plain) if hasattr(converted, name)]
        _name_layers(converted.graph, readable)
        _adapt(converted.graph, source, outputs)
        return layered(converted, weights).eval()


def _flat(model: ModelProto) -> ModelProto:
    if not model.functions:
        return model
    from onnx import inliner

    return inliner.inline_local_functions(model)


class _Named:
    """An operation under the name that ONNX has for it, which becomes the layer's kind."""

    def __init__(self, function: Any, name: str) -> None:
        self.function, self.__name__ = function, name

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return self.function(*args, **kwargs)


def _name_layers(graph: fx.Graph, readable: dict[str, str]) -> None:
    import operator

    for node in graph.nodes:
        name = readable.get(str(node.meta.get("onnx_name")))
        if node.op != "call_function" or name is None or node.target is operator.getitem:
            continue
        node._rename(name)
        kind = KINDS.get(str(node.meta.get("onnx_op_type")), str(node.meta.get("onnx_op_type")))
        node.target = _Named(node.target, kind if kind.isidentifier() else "Operation")


def _adapt(graph: fx.Graph, source: PictureInput, outputs: list[tuple[Entry, bool]]) -> None:
    """The graph takes channels first, and names its output as the reference predictor does."""
    import torch

    (entry,) = [node for node in graph.nodes if node.op == "placeholder"]
    if source.layout == "NHWC":
        with graph.inserting_after(entry):
            turned = graph.call_function(torch.permute, (entry, (0, 2, 3, 1)))
        entry.replace_all_uses_with(turned, delete_user_cb=lambda user: user is not turned)
    if len(outputs) > 1:
        _explain_only(graph, outputs)


def _explain_only(graph: fx.Graph, outputs: list[tuple[Entry, bool]]) -> None:
    """Of several outputs the one that holds the scores; layers of others would mislead."""
    end = next(node for node in graph.nodes if node.op == "output")
    nodes = dict(zip((one.path for one, _ in outputs), end.args[0], strict=True))
    floats = [one for one, floating in outputs if floating] or [one for one, _ in outputs]
    seen = [replace(one, feeds=_feeds(one.path, nodes)) for one in floats]
    explained = choose(seen).path
    (name,) = literal_eval(explained)
    end.args = ({name: nodes[explained]},)
    for node in reversed(list(graph.nodes)):
        if not node.users and node.op not in ("output", "placeholder"):
            graph.erase_node(node)


def _entry(value: Any) -> Entry:
    """An output of the graph; an axis without a size counts as one of 1."""
    sizes = [axis.dim_value or 1 for axis in value.type.tensor_type.shape.dim]
    return Entry(f"[{value.name!r}]", tuple(sizes))


def _feeds(path: str, nodes: dict[str, fx.Node]) -> bool:
    """Another output is computed from this one by a layer."""
    todo: list[tuple[fx.Node, bool]] = [(nodes[path], False)]
    seen: set[tuple[fx.Node, bool]] = set()
    while todo:
        at, layered = todo.pop()
        for user in at.users:
            layer = layered or str(user.meta.get("onnx_op_type")) in LAYERS
            if (user, layer) not in seen:
                seen.add((user, layer))
                todo.append((user, layer))
    ends = {node for name, node in nodes.items() if name != path}
    return any((end, True) in seen for end in ends)
