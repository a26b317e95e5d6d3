"""Telling the protobuf model files apart: ONNX, SavedModel (TF2 and TF1), GraphDef."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from xai_core.models.peek.protobuf import BYTES, VARINT, Buffer, Field, fields, mapped

Graph = Literal["onnx", "savedmodel", "tf1-savedmodel", "tf1-graph"]

ONNX_FIELDS = {1, 2, 3, 4, 5, 6, 7, 8, 14, 20, 25, 26}
ONNX_IR_VERSIONS = range(1, 64)
ONNX_GRAPH, ONNX_OPSETS = 7, 8
META_GRAPH = 2
META_GRAPH_FIELDS = set(range(1, 8))
OBJECT_GRAPH = 7  # of a meta graph: only TF2 writes it
NODE, NODE_NAME, NODE_OP = 1, 1, 2
GRAPH_FIELDS = {1, 2, 3, 4, 5}


def graph_kind(path: Path) -> Graph | None:
    """Which of them the file is; None for another file. Never raises."""
    try:
        with mapped(path) as data:
            return kind_of_bytes(data)
    except (OSError, ValueError):
        return None


def kind_of_bytes(data: Buffer) -> Graph | None:
    """The same, of bytes."""
    if len(data) < 2 or data[0] not in (0x08, 0x0A):  # field 1, a number or bytes
        return None
    top = fields(data)
    if not top:
        return None
    if _is_saved_model(data, top):
        return "savedmodel" if _has_object_graph(data, top) else "tf1-savedmodel"
    if _is_onnx(data, top):
        return "onnx"
    return "tf1-graph" if _is_graph(data, top) else None


def _is_onnx(data: Buffer, top: tuple[Field, ...]) -> bool:
    numbers = {field.number for field in top}
    graphs = [field for field in top if field.number == ONNX_GRAPH and field.wire == BYTES]
    return (
        top[0].wire == VARINT
        and top[0].value in ONNX_IR_VERSIONS
        and numbers <= ONNX_FIELDS
        and len(graphs) == 1
        and (ONNX_OPSETS in numbers or not top[-1].whole)
        and fields(data, graphs[0].start, graphs[0].end) is not None
    )


def _is_saved_model(data: Buffer, top: tuple[Field, ...]) -> bool:
    first, rest = top[0], top[1:]
    return (
        first.wire == VARINT
        and first.value == 1
        and len(rest) > 0
        and all(field.number == META_GRAPH and field.wire == BYTES for field in rest)
        and all(_is_meta_graph(data, field) for field in rest)
    )


def _is_meta_graph(data: Buffer, field: Field) -> bool:
    inner = fields(data, field.start, field.end)
    return bool(inner) and all(
        item.wire == BYTES and item.number in META_GRAPH_FIELDS for item in inner or ()
    )


def _has_object_graph(data: Buffer, top: tuple[Field, ...]) -> bool:
    return any(
        inner.number == OBJECT_GRAPH
        for field in top[1:]
        for inner in fields(data, field.start, field.end) or ()
    )


def _is_graph(data: Buffer, top: tuple[Field, ...]) -> bool:
    nodes = [field for field in top if field.number == NODE]
    if {field.number for field in top} - GRAPH_FIELDS or any(n.wire != BYTES for n in nodes):
        return False
    inner = fields(data, nodes[0].start, nodes[0].end) if nodes else None
    numbers = {field.number: field for field in inner or ()}
    return all(
        number in numbers
        and numbers[number].wire == BYTES
        and bytes(data[numbers[number].start : numbers[number].end]).isascii()
        for number in (NODE_NAME, NODE_OP)
    )
