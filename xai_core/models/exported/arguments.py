"""What an operator of an exported program is given."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from xai_core.models.exported.expressions import read_expression
from xai_core.models.exported.parts import (
    each,
    flag,
    mapping,
    number,
    size,
    text,
    unknown,
    whole,
    word,
)

Clean = Callable[[Any], Any]
SCALAR_TYPES = frozenset({*range(1, 14), 28, 34, 35})
STRIDED = 7
CPU = {"type": "cpu", "index": None}
DEVICES = frozenset({"cpu", "cuda", "mps", "xpu"})


def union(value: object, kinds: dict[str, Clean], what: str) -> dict[str, Any]:
    """One of several kinds: a mapping with one key, which says which."""
    if not isinstance(value, dict) or len(value) != 1:
        raise unknown(f"another kind of {what}")
    kind, inner = next(iter(value.items()))
    if kind not in kinds:
        raise unknown(f"another kind of {what}:", kind)
    return {kind: kinds[kind](inner)}


def tensor(value: object) -> dict[str, Any]:
    """A tensor, by name."""
    return {"name": word(mapping(value, ("name",), "tensor").get("name"))}


def argument(value: object) -> dict[str, Any]:
    """A value that is given to an operator, or comes from one."""
    return union(value, ARGUMENTS, "argument")


def sym_int(value: object) -> dict[str, Any]:
    """A size: a number, or an expression with the value that it had."""
    return union(value, {"as_int": whole, "as_expr": expression}, "size")


def expression(value: object) -> dict[str, Any]:
    """An expression of the grammar."""
    found = mapping(value, ("expr_str", "hint"), "size")
    written = found.get("expr_str")
    read_expression(written)
    hint = found.get("hint")
    kinds: dict[str, Clean] = {"as_int": whole, "as_bool": flag, "as_float": number}
    return {"expr_str": written, "hint": None if hint is None else union(hint, kinds, "size")}


def device(value: object) -> dict[str, Any]:
    """Where a tensor was when it was exported; here all are on the CPU."""
    found = mapping(value, ("type", "index"), "device")
    if str(found.get("type")) not in DEVICES:
        raise unknown("another device:", found.get("type"))
    return dict(CPU)


def scalar_type(value: object) -> int:
    """A type of numbers."""
    if whole(value) not in SCALAR_TYPES:
        raise unknown("another type of numbers")
    return whole(value)


def layout(value: object) -> int:
    """How a tensor lies in memory: in rows."""
    if whole(value) != STRIDED:
        raise unknown("a sparse tensor")
    return whole(value)


def tensor_meta(value: object) -> dict[str, Any]:
    """Size, type and place of a tensor."""
    keys = ("dtype", "sizes", "requires_grad", "device", "strides", "storage_offset", "layout")
    found = mapping(value, keys, "tensor")
    return {
        "dtype": scalar_type(found.get("dtype")),
        "sizes": each(found.get("sizes"), sym_int, "size"),
        "requires_grad": flag(found.get("requires_grad")),
        "device": device(found.get("device")),
        "strides": each(found.get("strides"), sym_int, "stride"),
        "storage_offset": sym_int(found.get("storage_offset")),
        "layout": layout(found.get("layout")),
    }


def _many(one: Clean, what: str) -> Clean:
    return lambda value: each(value, one, what)


def _named(inner: str, clean: Clean) -> Clean:
    kinds = {"as_name": word, inner: clean}
    return lambda value: union(value, kinds, "size")


def _memory_format(value: object) -> int:
    if size(value) > 4:
        raise unknown("another order in memory")
    return size(value)


def _none(value: object) -> bool:
    return flag(value)


def _optional(value: object) -> dict[str, Any]:
    return union(value, {"as_tensor": tensor, "as_none": _none}, "tensor")


ARGUMENTS: dict[str, Clean] = {
    "as_none": _none,
    "as_tensor": tensor,
    "as_tensors": _many(tensor, "tensors"),
    "as_int": whole,
    "as_ints": _many(whole, "numbers"),
    "as_float": number,
    "as_floats": _many(number, "numbers"),
    "as_string": text,
    "as_sym_int": _named("as_int", whole),
    "as_sym_ints": _many(_named("as_int", whole), "sizes"),
    "as_sym_float": _named("as_float", number),
    "as_sym_floats": _many(_named("as_float", number), "sizes"),
    "as_sym_bool": _named("as_bool", flag),
    "as_scalar_type": scalar_type,
    "as_memory_format": _memory_format,
    "as_layout": layout,
    "as_device": device,
    "as_bool": flag,
    "as_bools": _many(flag, "flags"),
    "as_optional_tensor": _optional,
    "as_optional_tensors": _many(_optional, "tensors"),
}
"""Without graphs, which only a few operators take, and without objects, operators and dicts."""
