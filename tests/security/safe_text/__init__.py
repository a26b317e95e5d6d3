"""Finds, in the tree of a file, what reaches the screen without having been made plain text.

An expression is safe where its words are the program's own: a constant, a number by its format, a
call that makes text plain, a name that only ever held such, a choice or a sum of them.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from tests.security.safe_text.expressions import safe
from tests.security.safe_text.files import parsed
from tests.security.safe_text.sinks import meant, shown


def raw_texts(source: str, allowed: frozenset[str] = frozenset()) -> Iterator[tuple[int, str]]:
    """Line and words of every argument that may show what is not the program's own."""
    file = parsed(source, allowed)
    for call in ast.walk(file.tree):
        if isinstance(call, ast.Call):
            for argument in shown(meant(call, file)):
                if not safe(argument, file):
                    yield argument.lineno, ast.unparse(argument)
