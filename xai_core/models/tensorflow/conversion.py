"""A TensorFlow function as a torch module with layers: through ONNX, by tf2onnx and onnx2fx."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from xai_core.models.tensorflow.frozen import frozen
from xai_core.models.tensorflow.source import Source

if TYPE_CHECKING:
    from torch import nn

OPSET = 17
TIME_LIMIT = 120.0
CALLER = "StatefulPartitionedCall/"


def converter() -> tuple[str, str]:
    """The converters' names, and their versions."""
    from importlib.metadata import version

    names = ("tf2onnx", "onnx2fx")
    return " and ".join(names), " and ".join(version(name) for name in names)


def to_torch(source: Source, patience: float = 1.0) -> nn.Module:
    """`[B, C, H, W]` in; outputs as `source` gives them. In eval mode, and not verified.

    Raises:
        ModelError: an operation has no counterpart (`converted-unverified`), or `time-limit`.
    """
    from xai_core.models.onnx.conversion import to_torch as from_onnx
    from xai_core.models.onnx.picture_input import PictureInput

    cut = frozen(source.function)
    kept = [index for index, one in enumerate(source.outputs) if one.dtype != "string"]
    names = tuple(source.names[index] for index in kept)
    ends = [cut.outputs[index] for index in kept]
    graph = _to_onnx(source, cut.graph, cut.input, ends, TIME_LIMIT * patience)
    given = PictureInput(graph.graph.input[0].name, "NCHW", None, None, None, None, False, "FLOAT")
    module = from_onnx(graph, given, patience)
    if source.layout.kind in ("channels_last", "channels_first") and len(names) == 1:
        return module
    from xai_core.models.tensorflow.arranged import Arranged

    return Arranged(module, source.layout, names).eval()


def _to_onnx(source: Source, graph: Any, start: str, ends: list[str], seconds: float) -> Any:
    """With channels first, as `source` has them: tf2onnx turns the axes of the ends."""
    import tf2onnx

    from xai_core.models.conversion.converting import converting

    turned = [] if source.layout.kind == "channels_first" else _pictures(source, ends)
    with converting("ONNX", seconds):
        model, _ = tf2onnx.convert.from_graph_def(
            graph,
            input_names=[start],
            output_names=ends,
            opset=OPSET,
            inputs_as_nchw=[start] if source.layout.kind == "channels_last" else None,
            outputs_as_nchw=turned or None,
        )
    for node in model.graph.node:  # what the functions of a SavedModel are called from
        node.name = node.name.removeprefix(CALLER) or node.name
    return model


def _pictures(source: Source, ends: list[str]) -> list[str]:
    """Outputs that are maps `[B, h, w, K]`."""
    numbers = [one for one in source.outputs if one.dtype != "string"]
    return [name for name, one in zip(ends, numbers, strict=True) if one.shape.rank == 4]
