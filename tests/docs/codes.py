"""Every finding code that the source uses, read from its syntax tree."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from tests.docs.texts import ROOT

MAKERS = {"Finding", "Advice", "add"}  # their first argument is a code


def used() -> dict[str, str]:
    """Code to a file that uses it."""
    return {
        code: str(path.relative_to(ROOT))
        for path in sorted((ROOT / "xai_core").rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        for code in _codes(node)
    }


def _codes(node: ast.AST) -> Iterator[str]:
    match node:
        case ast.Call(func=function, args=args, keywords=keywords):
            if _name(function) in MAKERS and args:
                yield from _words(args[0])
            for keyword in keywords:
                if keyword.arg == "code":
                    yield from _words(keyword.value)
        case ast.Assign(targets=[target], value=ast.expr() as value):
            if _name(target) in ("code", "symptom"):
                yield from _words(value)
            if _name(target) in ("SYMPTOMS", "REJECTING"):
                keys = value.keys if isinstance(value, ast.Dict) else [value]
                for key in keys:
                    yield from _words(key)
        case ast.AnnAssign(target=target, value=ast.expr() as value):
            if _name(target) == "code":
                yield from _words(value)
        case ast.FunctionDef(args=arguments):
            pairs = zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True)
            for argument, default in pairs:
                if argument.arg == "code":
                    yield from _words(default)


def _name(node: ast.AST | None) -> str:
    return getattr(node, "attr", getattr(node, "id", ""))


def _words(value: ast.AST | None) -> Iterator[str]:
    """The string constants that an expression can become."""
    match value:
        case ast.Constant(value=str(word)):
            yield word
        case ast.IfExp(body=body, orelse=orelse):
            yield from _words(body)
            yield from _words(orelse)
        case ast.Call(func=ast.Name(id="frozenset"), args=[inner]):
            yield from _words(inner)
        case ast.Set(elts=parts) | ast.Tuple(elts=parts) | ast.BoolOp(values=parts):
            for part in parts:
                yield from _words(part)
