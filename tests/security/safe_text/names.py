"""What a name is bound to."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from tests.security.safe_text.words import (
    GROWS,
)


def bindings(scope: ast.AST, name: str) -> Iterator[ast.AST | bool]:
    """What the name is bound to there; False for what nobody can tell."""
    if isinstance(scope, ast.FunctionDef | ast.Lambda):
        arguments = scope.args
        every = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
        every += [one for one in (arguments.vararg, arguments.kwarg) if one]
        for one in every:
            if one.arg == name:
                yield number(one.annotation)
    for node in ast.walk(scope):
        match node:
            case ast.Assign(targets=targets, value=value):
                for target in targets:
                    if isinstance(target, ast.Subscript) and name in names_of(target.value):
                        yield from (target.slice, value)
                    elif not isinstance(target, ast.Subscript | ast.Attribute) and (
                        name in names_of(target)
                    ):
                        yield held(target, name, value)
            case ast.AnnAssign(target=ast.Name(id=found), value=value) if found == name and value:
                yield value
            case ast.AugAssign(target=ast.Name(id=found), value=value) if found == name:
                yield value
            case ast.NamedExpr(target=ast.Name(id=found), value=value) if found == name:
                yield value
            case ast.For(target=target, iter=value) | ast.comprehension(target=target, iter=value):
                if name in names_of(target):
                    yield value
            case ast.Call(func=ast.Attribute(value=ast.Name(id=found), attr=attr)) if (
                found == name and attr in GROWS
            ):
                yield from (*node.args, *(word.value for word in node.keywords))
            case ast.FunctionDef(name=found) if found == name and node is not scope:
                yield False
            case ast.withitem(optional_vars=ast.Name(id=found)) if found == name:
                yield False


def held(target: ast.expr, name: str, value: ast.expr) -> ast.expr:
    """The part of a value that a name of a target gets, or all of it."""
    if isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple):
        pairs = list(zip(target.elts, value.elts, strict=False))
        parts = [(one, part) for one, part in pairs if name in names_of(one)]
        if len(target.elts) == len(value.elts) and len(parts) == 1:
            return held(parts[0][0], name, parts[0][1])
    return value


def names_of(target: ast.expr) -> set[str]:
    return {node.id for node in ast.walk(target) if isinstance(node, ast.Name)}


def number(annotation: ast.expr | None) -> ast.AST | bool:
    """A parameter is safe where its type is a number or a choice of words."""
    told = ast.unparse(annotation) if annotation else ""
    return ast.Constant(0) if re.fullmatch(r"(int|float|bool)( \| None)?", told) else False
