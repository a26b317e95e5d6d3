"""TorchScript as a graph whose operations are layers, by the converter that torch carries."""

from __future__ import annotations

import logging
import re
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from xai_core.base.errors import ModelError
from xai_core.models.conversion.deadline import deadline

if TYPE_CHECKING:
    from torch import nn

    from xai_core.models.conversion.graph_module import LayeredGraph

CONVERTER = "TS2EPConverter"
MAX_WEIGHTS = 2**30  # bytes; conversion holds a second copy
MAX_NODES = 20_000
TIME_LIMIT = 60.0
PLAIN = re.compile(r"[A-Za-z0-9_.]+")
ORIGINAL = "Load the PyTorch model that the file was made from."


def converter_version() -> str:
    """`TS2EPConverter of torch 2.13.0`."""
    import torch

    return f"{CONVERTER} of torch {torch.__version__.partition('+')[0]}"


def script_graph(
    path: Path, shape: tuple[int, int, int], time_limit: float = TIME_LIMIT
) -> LayeredGraph:
    """The file, loaded once more and converted for inputs of `shape` (C, H, W) in float32.

    The converter changes the graph that it is given and shares its tensors, hence a copy of its
    own. The graph takes any number of samples where its operations do, else one.

    Raises:
        ModelError: it cannot be converted, with the reason; `time-limit`: not in time.
    """
    import torch

    with deadline(time_limit, "The conversion to a graph"), _quiet():
        for samples in (2, 1):
            try:
                graph = _converted(path, (samples, *shape))
                with torch.no_grad():
                    graph(torch.zeros(1, *shape))  # made for two samples, it may insist on them
                return graph
            except ModelError:
                raise
            except Exception as cause:  # the converter raises nearly anything
                failure = cause
        raise ModelError(
            f"torch's converter fails on it: {_line(failure)}", ORIGINAL, code="layers-hidden"
        ) from failure


@contextmanager
def _quiet() -> Iterator[None]:
    """What the converter says of its own steps is not for a user."""
    level = logging.root.manager.disable
    logging.disable(logging.CRITICAL)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logging.disable(level)


def _converted(path: Path, shape: tuple[int, ...]) -> LayeredGraph:
    import torch

    from xai_core.models.conversion.graph_module import layered

    script = torch.jit.load(path, map_location="cpu").eval().float()  # type: ignore[no-untyped-call]
    _check_size(script)
    names = [name for name, _ in script.named_parameters(remove_duplicate=False)]
    converter = _converter()(script, (torch.zeros(shape),))
    _check_names(converter)
    return layered(converter.convert().module(), names)


def _converter() -> Any:
    try:
        from torch._export.converter import TS2EPConverter  # private: it may go away
    except ImportError as cause:
        raise ModelError(
            "This version of torch has no converter for TorchScript.",
            ORIGINAL,
            code="layers-hidden",
        ) from cause
    return TS2EPConverter


def _check_size(script: nn.Module) -> None:
    tensors = [*script.parameters(), *script.buffers()]
    size = sum(tensor.numel() * tensor.element_size() for tensor in tensors)
    if size > MAX_WEIGHTS:
        raise ModelError(
            f"Its weights are above the limit of {MAX_WEIGHTS / 2**30:.2g} GiB.",
            ORIGINAL,
            code="layers-hidden",
        )
    count = sum(1 for _ in _nodes(script.inlined_graph))
    if count > MAX_NODES:
        raise ModelError(
            f"It has {count} operations, and {MAX_NODES} are the limit.",
            ORIGINAL,
            code="layers-hidden",
        )


def _check_names(converter: Any) -> None:
    """The converter writes names into Python code that it runs, and the file chooses them."""
    names = [
        *converter.name_to_param,
        *converter.name_to_buffer,
        *converter.name_to_constant,
        *converter.name_to_non_tensor_attributes,
        *(value.debugName() for value in converter.ts_graph.inputs()),
    ]
    for node in _nodes(converter.ts_graph):
        names += [value.debugName() for value in node.outputs()]
        names += [value.debugName() for block in node.blocks() for value in block.inputs()]
        if node.kind() in ("prim::GetAttr", "prim::SetAttr", "prim::CallMethod"):
            names.append(node.s("name"))
    strange = next((name for name in names if not PLAIN.fullmatch(name)), None)
    if strange is not None:
        raise ModelError(
            f"It has the name {strange!r:.60}, which no Python module can have.",
            "Do not use this file.",
            code="layers-hidden",
        )


def _nodes(graph: Any) -> Any:
    for node in graph.nodes():
        yield node
        for block in node.blocks():
            yield from _nodes(block)


def _line(error: Exception) -> str:
    text = str(error).strip().partition("\n")[0][:200]
    return f"{type(error).__name__}: {text}" if text else type(error).__name__
