"""A graph whose names are all ours.

Converters build Python code or attributes out of names. A name that is not ours can then run code,
or two that differ in a dot fall on one weight.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from xai_core.models.onnx.walk import graphs, nodes

if TYPE_CHECKING:
    from collections.abc import Iterable

    from onnx import GraphProto, ModelProto

LONGEST = 60


def plain_names(model: ModelProto) -> tuple[ModelProto, dict[str, str]]:
    """A copy with nodes `n0`, `n1`, … and values `v0`, `v1`, …, without texts for people.

    Also a readable name for each node, unique and of `[A-Za-z0-9_]` only.
    """
    import onnx

    copy = onnx.ModelProto()
    copy.CopyFrom(model)
    _forget_texts(copy)
    readable: dict[str, str] = {}
    taken: set[str] = set()
    for index, node in enumerate(nodes(copy)):
        readable[f"n{index}"] = _readable(node.name or node.op_type, taken)
        node.name = f"n{index}"
        node.doc_string = ""
    _rename_values(copy)
    return copy, readable


def _rename_values(model: ModelProto) -> None:
    names: dict[str, str] = {}

    def ours(name: str) -> str:
        return names.setdefault(name, f"v{len(names)}") if name else ""

    def replace(values: Iterable[str]) -> list[str]:
        return [ours(name) for name in values]

    for graph in graphs(model):
        for item in (*graph.input, *graph.output, *graph.initializer):
            item.name = ours(item.name)
    for node in nodes(model):
        node.input[:] = replace(node.input)
        node.output[:] = replace(node.output)


def _forget_texts(model: ModelProto) -> None:
    for field in ("doc_string", "metadata_props", "training_info", "producer_name"):
        model.ClearField(field)
    for graph in graphs(model):
        _forget(graph)


def _forget(graph: GraphProto) -> None:
    for field in ("value_info", "doc_string", "quantization_annotation", "metadata_props"):
        graph.ClearField(field)
    graph.name = "g"
    for value in (*graph.input, *graph.output):
        value.doc_string = ""
        for dim in value.type.tensor_type.shape.dim:
            if dim.HasField("dim_param"):
                dim.ClearField("dim_param")


def _readable(name: str, taken: set[str]) -> str:
    words = re.sub(r"[^A-Za-z0-9]+", "_", name).strip("_")[-LONGEST:].strip("_")
    plain = words if words[:1].isalpha() else f"n_{words}".rstrip("_")
    unique, number = plain, 1
    while unique in taken:
        number += 1
        unique = f"{plain}_{number}"
    taken.add(unique)
    return unique
