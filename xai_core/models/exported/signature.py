"""What goes into an exported program and what comes out, and of which layers it was made."""

from __future__ import annotations

import json
from typing import Any

from xai_core.models.exported.arguments import Clean, argument, tensor, union
from xai_core.models.exported.parts import (
    each,
    flag,
    mapping,
    number,
    path,
    sequence,
    size,
    text,
    unknown,
    whole,
    word,
)

CONTAINERS = frozenset({"builtins.tuple", "builtins.list", "builtins.dict"})
MAPPINGS = frozenset({"builtins.dict", "collections.OrderedDict"})
DEEPEST = 30
CONSTANTS: dict[str, Clean] = {
    "as_none": flag,
    "as_int": whole,
    "as_float": number,
    "as_string": text,
    "as_bool": flag,
}


def clean_signature(value: object) -> dict[str, Any]:
    """Inputs and outputs of the graph, and which of them are tensors of the file.

    Raises:
        UnknownPartError: something in it is not known.
    """
    found = mapping(value, ("input_specs", "output_specs"), "signature")
    return {
        "input_specs": each(found.get("input_specs"), _input, "inputs"),
        "output_specs": each(found.get("output_specs"), _output, "outputs"),
    }


def clean_calls(value: object) -> list[dict[str, Any]]:
    """The layers that the program was made of, and how each was called.

    Raises:
        UnknownPartError: as above.
    """
    return each(value, _call, "layers")


def _fields(keys: dict[str, Clean], what: str) -> Clean:
    def clean(value: object) -> dict[str, Any]:
        found = mapping(value, keys, what)
        return {key: one(found.get(key)) for key, one in keys.items()}

    return clean


def _input(value: object) -> dict[str, Any]:
    kinds = {
        "user_input": _fields({"arg": argument}, "input"),
        "parameter": _fields({"arg": tensor, "parameter_name": path}, "input"),
        "buffer": _fields({"arg": tensor, "buffer_name": path, "persistent": flag}, "input"),
        "tensor_constant": _fields({"arg": tensor, "tensor_constant_name": path}, "input"),
        "constant_input": _fields(
            {"name": word, "value": lambda one: union(one, CONSTANTS, "input")}, "input"
        ),
    }
    return union(value, kinds, "input")


def _output(value: object) -> dict[str, Any]:
    kinds = {
        "user_output": _fields({"arg": argument}, "output"),
        "buffer_mutation": _fields({"arg": tensor, "buffer_name": path}, "output"),
    }
    return union(value, kinds, "output")


def _call(value: object) -> dict[str, Any]:
    found = mapping(value, ("fqn", "signature"), "layer")
    signature = found.get("signature")
    return {
        "fqn": path(found.get("fqn")),
        "signature": None if signature is None else _call_signature(signature),
    }


def _call_signature(value: object) -> dict[str, Any]:
    keys = ("inputs", "outputs", "in_spec", "out_spec", "forward_arg_names")
    found = mapping(value, keys, "layer")
    names = found.get("forward_arg_names")
    return {
        "inputs": each(found.get("inputs"), argument, "inputs"),
        "outputs": each(found.get("outputs"), argument, "outputs"),
        "in_spec": _nesting(found.get("in_spec"), word),
        "out_spec": _nesting(found.get("out_spec"), _key),
        "forward_arg_names": None if names is None else each(names, word, "names"),
    }


def _nesting(value: object, key: Clean) -> str:
    """How inputs or outputs are nested: tuples, lists and dicts, as JSON."""
    if not isinstance(value, str):
        raise unknown("another kind of nesting")
    try:
        found = json.loads(value)
    except (ValueError, RecursionError) as cause:
        raise unknown("another kind of nesting") from cause
    if not isinstance(found, list) or len(found) != 2 or found[0] != 1:
        raise unknown("another kind of nesting")
    return json.dumps([1, _nested(found[1], key, 0)])


def _nested(value: object, key: Clean, depth: int) -> dict[str, Any]:
    found = mapping(value, ("type", "context", "children_spec"), "nesting")
    kind, context = found.get("type"), found.get("context")
    inner = sequence(found.get("children_spec"), "nesting")
    if depth > DEEPEST:
        raise unknown("another kind of nesting")
    if kind is not None and not isinstance(kind, str):
        raise unknown("another kind of nesting")
    if kind is None:
        if context is not None or inner:
            raise unknown("another kind of nesting")
    elif kind in MAPPINGS:
        keys = each(_decoded(context), key, "keys")
        if len(keys) != len(inner):
            raise unknown("another kind of nesting")
        context = json.dumps(keys)
    elif kind not in CONTAINERS or context != "null":
        raise unknown("outputs or inputs that are kept in", kind)
    children = [_nested(one, key, depth + 1) for one in inner]
    return {"type": kind, "context": context, "children_spec": children}


def _decoded(context: object) -> object:
    try:
        return json.loads(context) if isinstance(context, str) else None
    except (ValueError, RecursionError) as cause:
        raise unknown("another kind of nesting") from cause


def _key(value: object) -> str | int:
    return text(value) if isinstance(value, str) else size(value)
