"""Finds, in the tree of a file, what reaches the screen without having been made plain text.

An expression is safe where its words are the program's own: a constant, a number by its format, a
call that makes text plain, a name that only ever held such, a choice or a sum of them.
"""

from __future__ import annotations

import ast
import inspect
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

ROOT = Path(__file__).parents[2]
# What Streamlit reads as Markdown, or as a chart or table that has such in it.
TEXTS = frozenset(
    (
        *("body", "label", "help", "text", "caption", "placeholder", "title", "icon", "delta"),
        *("tabs", "summary", "message", "description", "data", "header", "subtitle", "spec"),
        *("figure_or_data", "options", "format_func"),
    )
)
# These show their options, values and data as they are.
AS_IT_IS = {
    "code": {"body"},
    "selectbox": {"options", "format_func", "placeholder"},
    "multiselect": {"options", "format_func", "placeholder"},
    "select_slider": {"options", "format_func"},
    "dataframe": {"data"},
    "data_editor": {"data"},
    "download_button": {"data"},
    "plotly_chart": {"figure_or_data"},
    "text_input": {"placeholder"},
    "text_area": {"placeholder"},
    "text": {"body"},
}
# Of other things that have a method of such a name.
OTHERS = {"file", "_log", "study", "localisation"}
PLAIN = {
    *("text.plain", "text.listed", "text.title_of", "text.size", "text.code", "problem.plain"),
    "text.file_size",
    *("len", "markdown", "int", "float", "round", "bool", "sum"),
    *("seeds.told", "leaders.sentences", "order.told"),  # made of `text.title_of`
}
# Words of the program's own plugins and exhibits, which no file can change; parts of a headline.
OWN = {
    *("said.sentence", "said.detail"),
    *(
        f"{name}.{word}"
        for name in ("plugin", "control", "metric", "exhibit", "info", "preset")
        for word in (
            "title",
            "summary",
            "citation",
            "definition",
            "cost",
            "help",
            "name",
            "sentence",
            "lesson",
        )
    ),
}
CONSTANT = re.compile(r"_?[A-Z][A-Z0-9_]+$")
UNSEEN = {"key", "later", "on_change", "args"}  # of the words that a widget is given
HANDED = {"selectbox", "multiselect", "radio", "pills", "segmented_control", "toggle", "checkbox"}
HANDED_ON = {
    *("dict", "list", "tuple", "sorted", "str", "next", "filter", "set", "pd.DataFrame"),
    *("zip", "enumerate", "reversed", "iter", "max", "min", "dict.fromkeys"),
}
GROWS = {"append", "extend", "insert", "add", "update", "setdefault"}
# Sentences that another function makes of plain parts; each has a test of its own.
NUMERIC = re.compile(r"[<>^]?\+?\d*,?(\.\d+)?[dfgeE%,]%?$")


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


def raw_texts(source: str, allowed: frozenset[str] = frozenset()) -> Iterator[tuple[int, str]]:
    """Line and words of every argument that may show what is not the program's own."""
    file = parsed(source, allowed)
    for call in ast.walk(file.tree):
        if isinstance(call, ast.Call):
            for argument in shown(meant(call, file)):
                if not safe(argument, file):
                    yield argument.lineno, ast.unparse(argument)


def meant(call: ast.Call, file: File) -> ast.Call:
    """The call of Streamlit behind a name of the file, or behind one that is handed a widget."""
    if isinstance(call.func, ast.IfExp):
        return ast.Call(call.func.body, call.args, call.keywords)
    if isinstance(call.func, ast.Name):
        for value in bindings(file.tree, call.func.id):
            every = [value.body, value.orelse] if isinstance(value, ast.IfExp) else [value]
            for one in every:
                if isinstance(one, ast.Attribute) and one.attr in sinks():
                    return ast.Call(one, call.args, call.keywords)
    for place, argument in enumerate(call.args):
        if isinstance(argument, ast.Attribute) and argument.attr in HANDED:
            return ast.Call(argument, call.args[place + 1 :], call.keywords)
    return call


@cache
def sinks() -> dict[str, list[str]]:
    """The public functions that draw, and the names of their parameters."""
    found = {}
    for owner in (DeltaGenerator, st, st.column_config):
        for name in dir(owner):
            function: Callable[..., object] = getattr(owner, name)
            if name.startswith("_") or not callable(function):
                continue
            try:
                names = [one for one in inspect.signature(function).parameters if one != "self"]
            except (TypeError, ValueError):
                continue
            found[name] = names
    return found


def shown(call: ast.Call) -> Iterator[ast.expr]:
    """The arguments that reach the screen as Markdown."""
    function = call.func
    if not isinstance(function, ast.Attribute) or function.attr not in sinks():
        return
    if isinstance(function.value, ast.Name) and function.value.id in OTHERS:
        return
    names = sinks()[function.attr]
    own = AS_IT_IS.get(function.attr, set())
    every = function.attr == "write"
    formatted = any(word.arg == "format_func" for word in call.keywords)
    for place, argument in enumerate(call.args):
        name = names[place] if place < len(names) else ""
        if every or (name in TEXTS and name not in own and not (name == "options" and formatted)):
            yield argument
    for word in call.keywords:
        if word.arg == "options" and formatted:
            continue
        if word.arg is None or (word.arg in TEXTS and word.arg in names and word.arg not in own):
            yield word.value


def safe(node: ast.AST | None, file: File) -> bool:
    """Whether an expression shows the program's own words, numbers and plain text only."""
    match node:
        case None | ast.Constant():
            return True
        case ast.JoinedStr(values=parts):
            return all(safe(part, file) for part in parts)
        case ast.FormattedValue(value=value, format_spec=spec):
            return numeric(spec) or safe(value, file)
        case ast.IfExp(body=body, orelse=other):
            return safe(body, file) and safe(other, file)
        case ast.BoolOp(values=values) | ast.Tuple(elts=values) | ast.List(elts=values):
            return all(safe(value, file) for value in values)
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            return safe(left, file) and safe(right, file)
        case ast.BinOp(op=ast.Sub() | ast.Mult() | ast.Div() | ast.FloorDiv() | ast.Pow()):
            return True  # of numbers: no text can be subtracted
        case ast.Dict(keys=keys, values=values):
            shown = [
                value
                for key, value in zip(keys, values, strict=True)
                if not (isinstance(key, ast.Constant) and key.value in UNSEEN)
            ]
            return all(safe(value, file) for value in [*keys, *shown])
        case ast.Starred(value=value) | ast.Subscript(value=value) | ast.Await(value=value):
            return safe(value, file)
        case ast.GeneratorExp(elt=elt) | ast.ListComp(elt=elt) | ast.SetComp(elt=elt):
            return safe(elt, file)
        case ast.DictComp(key=key, value=value):
            return safe(key, file) and safe(value, file)
        case ast.Call():
            return safe_call(node, file)
        case ast.Name(id=name) | ast.Attribute(attr=name) if CONSTANT.match(name):
            return True
        case ast.Name(id=name):
            return safe_name(node, name, file)
        case ast.Attribute(value=ast.Subscript(value=ast.Name(id=registry))) if CONSTANT.match(
            registry
        ):
            return True
        case ast.Attribute():
            return ast.unparse(node) in OWN | PLAIN
        case ast.Lambda(body=body):
            return safe(body, file)
    return False


def numeric(spec: ast.expr | None) -> bool:
    """Whether a format refuses text: `.2f`, `,`, `d`."""
    if not isinstance(spec, ast.JoinedStr):
        return False
    told = "".join(part.value if isinstance(part, ast.Constant) else "1" for part in spec.values)
    return NUMERIC.search(told) is not None and told[-1] in "dfgeE%,"


def safe_call(call: ast.Call, file: File) -> bool:
    """A call that makes text plain, or that hands on what is plain."""
    name = ast.unparse(call.func)
    if name in PLAIN or name in file.allowed:
        return True
    if name in ("map",) and call.args:
        made = ast.unparse(call.args[0])
        return made in PLAIN | file.allowed or (made == "str" and safe(call.args[1], file))
    if name in HANDED_ON:
        words = [word.value for word in call.keywords]
        return all(safe(one, file) for one in [*call.args, *words])
    if isinstance(call.func, ast.Attribute) and call.func.attr in (
        *("join", "removesuffix", "strip", "capitalize", "lower", "upper", "values", "items"),
        *("get", "title", "format", "keys", "rstrip", "lstrip", "partition"),
    ):
        return safe(call.func.value, file) and all(safe(one, file) for one in call.args)
    drawn = ast.unparse(meant(call, file).func)
    if drawn.startswith("st.column_config."):
        return True  # looked at by itself
    if name in file.functions:
        return safe_function(file.functions[name], file)
    return elsewhere(name, file)


def elsewhere(name: str, file: File) -> bool:
    """Whether a function of another file of the dashboard makes its sentence of plain parts."""
    first, _, rest = name.partition(".")
    for node in ast.walk(file.tree):
        if not isinstance(node, ast.ImportFrom) or not (node.module or "").startswith("components"):
            continue
        for one in node.names:
            if (one.asname or one.name) != first:
                continue
            module = f"{node.module}.{one.name}" if rest else node.module
            other = opened(str(module), file)
            wanted = rest or one.name
            if other is not None and wanted in other.functions:
                return safe_function(other.functions[wanted], other)
    return False


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


def safe_function(function: ast.FunctionDef, file: File) -> bool:
    """Whether all that it returns is safe."""
    if id(function) in file.busy:
        return True
    file.busy.add(id(function))
    try:
        given = [
            node.value for node in ast.walk(function) if isinstance(node, ast.Return | ast.Yield)
        ]
        return bool(given) and all(safe(value, file) for value in given)
    finally:
        file.busy.discard(id(function))


def safe_name(node: ast.AST, name: str, file: File) -> bool:
    """Whether every value that the name is given in its function, or in the file, is safe."""
    if name in file.allowed:
        return True
    if id(node) in file.busy:
        return True
    scope = node
    while scope is not file.tree:
        scope = scope.parent  # type: ignore[attr-defined]
        if isinstance(scope, ast.FunctionDef | ast.Lambda | ast.Module):
            values = list(bindings(scope, name))
            if values:
                break
    else:
        return False
    key = hash((id(scope), name))
    if key in file.busy:
        return True
    file.busy.add(key)
    try:
        return all(value is not False and safe(value, file) for value in values)
    finally:
        file.busy.discard(key)


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
