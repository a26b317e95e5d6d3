"""The graph of an exported program: operators from the list, and what flows between them.

What comes out holds nothing but what was checked: an entry that is not known here is either left
out, where it only tells how the program was made, or refused.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from xai_core.models.exported.arguments import (
    ARGUMENTS,
    Clean,
    argument,
    expression,
    sym_int,
    tensor_meta,
    union,
)
from xai_core.models.exported.parts import (
    each,
    flag,
    mapping,
    number,
    path,
    sequence,
    unknown,
    whole,
    word,
)
from xai_core.models.operators.calls import computes
from xai_core.models.operators.words import words

OPERATOR = re.compile(r"torch\.ops\.(aten|torchvision)\.([A-Za-z0-9_]+)\.([A-Za-z0-9_]+)")
ARITHMETIC = words(
    """
_operator.add _operator.and_ _operator.eq _operator.floordiv _operator.ge _operator.gt _operator.le
_operator.lt _operator.mod _operator.mul _operator.ne _operator.neg _operator.or_ _operator.pos
_operator.sub _operator.truediv math.trunc torch.sym_float torch.sym_int torch.sym_ite
torch.sym_max torch.sym_min torch.sym_not torch.sym_sqrt
"""
)
"""With sizes; powers and shifts, which grow without end, are not among them."""
SET_GRAD = "torch.ops.higher_order.wrap_with_set_grad_enabled"
GRAPH_KEYS = (
    *("inputs", "outputs", "nodes", "tensor_values", "sym_int_values", "sym_bool_values"),
    *("is_single_tensor_return", "custom_obj_values", "sym_float_values"),
)
NODE_KEYS = ("target", "inputs", "outputs", "metadata", "is_hop_single_tensor_return", "name")
STACK, PARTED = "nn_module_stack", re.compile(r"[A-Za-z0-9_.@<>-]{0,600}")
MOST_NODES, DEEPEST = 200_000, 4


def clean_graph(value: object, depth: int = 0) -> dict[str, Any]:
    """A graph that only computes.

    Raises:
        UnknownPartError: something in it is not known, e.g. an operator.
    """
    found = mapping(value, GRAPH_KEYS, "graph")
    nodes = sequence(found.get("nodes"), "nodes")
    if len(nodes) > MOST_NODES or depth > DEEPEST:
        raise unknown("too many operators")
    if found.get("custom_obj_values"):
        raise unknown("objects of compiled classes")
    bools: dict[str, Clean] = {"as_bool": flag, "as_expr": expression}
    floats: dict[str, Clean] = {"as_float": number, "as_expr": expression}
    return {
        "inputs": each(found.get("inputs"), argument, "inputs"),
        "outputs": each(found.get("outputs"), argument, "outputs"),
        "nodes": [_node(node, depth) for node in nodes],
        "tensor_values": values(found.get("tensor_values"), tensor_meta),
        "sym_int_values": values(found.get("sym_int_values"), sym_int),
        "sym_bool_values": values(
            found.get("sym_bool_values"), lambda one: union(one, bools, "size")
        ),
        "sym_float_values": values(
            found.get("sym_float_values", {}), lambda one: union(one, floats, "size")
        ),
        "is_single_tensor_return": flag(found.get("is_single_tensor_return", False)),
        "custom_obj_values": {},
    }


def values(value: object, one: Clean) -> dict[str, Any]:
    """A mapping from words."""
    if not isinstance(value, dict):
        raise unknown("another kind of values")
    return {word(name): one(item) for name, item in value.items()}


def operators(graph: Mapping[str, Any]) -> frozenset[str]:
    """What a checked graph calls, also in the graphs inside it."""
    found = set()
    for node in graph["nodes"]:
        found.add(node["target"])
        for given in node["inputs"]:
            inner = given["arg"].get("as_graph")
            found |= operators(inner["graph"]) if inner else frozenset()
    return frozenset(found)


def layers(graph: Mapping[str, Any]) -> frozenset[str]:
    """In which layers a checked graph's operators stood, also in the graphs inside it."""
    found = set()
    for node in graph["nodes"]:
        stack = node["metadata"].get(STACK)
        found |= {layer.split(",")[1] for layer in stack.split(";")} if stack else set()
        for given in node["inputs"]:
            inner = given["arg"].get("as_graph")
            found |= layers(inner["graph"]) if inner else frozenset()
    return frozenset(found)


def _node(value: object, depth: int) -> dict[str, Any]:
    found = mapping(value, NODE_KEYS, "operator")
    target = _target(found.get("target"))
    single, name = found.get("is_hop_single_tensor_return"), found.get("name")

    def given(one: object) -> dict[str, Any]:
        return _given(one, target, depth)

    return {
        "target": target,
        "inputs": each(found.get("inputs"), given, "inputs"),
        "outputs": each(found.get("outputs"), argument, "outputs"),
        "metadata": _metadata(found.get("metadata")),
        "is_hop_single_tensor_return": None if single is None else flag(single),
        "name": None if name is None else word(name),
    }


def _target(value: object) -> str:
    if not isinstance(value, str):
        raise unknown("another kind of operator")
    if value in ARITHMETIC or value == SET_GRAD:
        return value
    matched = OPERATOR.fullmatch(value)
    if matched is None or not computes(matched[1], matched[2]):
        raise unknown("the operator", value)
    return value


def _given(value: object, target: str, depth: int) -> dict[str, Any]:
    found = mapping(value, ("name", "arg", "kind"), "argument")
    kind, name = found.get("kind"), found.get("name")
    if target == SET_GRAD:
        kinds = {**ARGUMENTS, "as_graph": lambda graph: _inner(graph, depth)}
        if name != "" or kind != 1:
            raise unknown("another kind of argument")
        return {"name": "", "arg": union(found.get("arg"), kinds, "argument"), "kind": 1}
    if kind is not None and whole(kind) not in (0, 1, 2):
        raise unknown("another kind of argument")
    # A size's own operators have the names `a` and `b`; an operator's, those of its schema.
    plain = name if isinstance(name, str) and name in ("", "self", "from") else word(name)
    return {"name": plain, "arg": argument(found.get("arg")), "kind": kind}


def _inner(value: object, depth: int) -> dict[str, Any]:
    found = mapping(value, ("name", "graph"), "graph")
    return {"name": word(found.get("name")), "graph": clean_graph(found.get("graph"), depth + 1)}


def _metadata(value: object) -> dict[str, str]:
    """Only in which layer the operator stood; the rest tells how the program was made."""
    if not isinstance(value, dict):
        raise unknown("another kind of note")
    stack = value.get(STACK)
    if stack is None:
        return {}
    if not isinstance(stack, str):
        raise unknown("another kind of note")
    layers = [layer.split(",") for layer in stack.split(";")]
    if any(len(layer) != 3 for layer in layers):
        raise unknown("a layer with an unusual name")
    for layer in layers:
        path(layer[1])
        if not all(PARTED.fullmatch(part) for part in layer):
            raise unknown("a layer with an unusual name")
    return {STACK: ";".join(",".join(layer) for layer in layers)}
