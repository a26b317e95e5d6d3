"""A file of the dashboard as a tree; it is read once."""

from __future__ import annotations

import ast
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[3]


@dataclass
class File:
    """What a file's names hold."""

    tree: ast.Module
    allowed: frozenset[str]
    functions: dict[str, ast.FunctionDef] = field(default_factory=dict)
    busy: set[int] = field(default_factory=set)

    def __post_init__(self) -> None:
        for node in ast.walk(self.tree):
            for child in ast.iter_child_nodes(node):
                child.parent = node  # type: ignore[attr-defined]
            if isinstance(node, ast.FunctionDef):
                self.functions[node.name] = node


def opened(module: str, file: File) -> File | None:
    """A module of the dashboard; its names are looked at as this file's are."""
    path = ROOT / module.replace(".", "/")
    for one in (path.with_suffix(".py"), path / "__init__.py"):
        if one.is_file():
            return parsed(one.read_text(encoding="utf-8"), file.allowed)
    return None


@cache
def parsed(source: str, allowed: frozenset[str]) -> File:
    """Read once."""
    return File(ast.parse(source), allowed)
