"""The tab of figures has words for each of them."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from components.model.tabs import evidence
from xai_core import readiness

DRAWN = {"gradient_flow"}  # a chart of its own
TIMED = {"seconds_per_forward", "seconds_per_sample"}  # their names are handed on


def is_evidence(node: ast.AST) -> bool:
    return isinstance(node, ast.Attribute) and node.attr == "evidence"


def written(node: ast.AST) -> Iterator[ast.AST]:
    """The names that a statement gives to figures."""
    if isinstance(node, ast.Assign):
        for target in node.targets:
            if isinstance(target, ast.Subscript) and is_evidence(target.value):
                yield target.slice
    elif isinstance(node, ast.AugAssign) and is_evidence(node.target):
        yield from node.value.keys if isinstance(node.value, ast.Dict) else ()  # type: ignore[misc]


def names() -> set[str]:
    """Of all figures that checks write."""
    found = set(TIMED)
    for file in Path(readiness.__file__).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            found |= {one.value for one in written(node) if isinstance(one, ast.Constant)}  # type: ignore[misc]
    return found


def test_each_figure_has_words() -> None:
    assert len(names()) > 30
    assert names() - DRAWN == evidence.TITLES.keys()
