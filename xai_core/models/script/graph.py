"""A loaded script's graph: the second look, at what torch itself has understood of the code."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from xai_core.models.operators.calls import computes
from xai_core.models.operators.words import words
from xai_core.models.script.trust import refused

STRUCTURE = words(
    """
CallFunction CallMethod Closure Constant CreateObject DictConstruct Enter Exit Function GetAttr If
ListConstruct ListUnpack Loop SetAttr TupleConstruct TupleSlice fork isinstance
"""
)


def check_graph(script: Any) -> None:
    """Nothing, if all that `forward` runs only computes.

    Raises:
        ModelError: `unsafe-code`, naming the operator.
    """
    for kind in sorted({node.kind() for node in _nodes(script.inlined_graph)}):
        namespace, _, name = kind.partition("::")
        if not (namespace == "prim" and name in STRUCTURE) and not computes(namespace, name):
            raise refused(kind)


def _nodes(graph: Any) -> Iterator[Any]:
    for node in graph.nodes():
        yield node
        for block in node.blocks():
            yield from _nodes(block)
        if node.hasAttribute("Subgraph"):
            yield from _nodes(node.g("Subgraph"))
