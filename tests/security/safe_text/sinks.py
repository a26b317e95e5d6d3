"""Which arguments of which calls reach the screen as Markdown."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Callable, Iterator
from functools import cache

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from tests.security.safe_text.files import File
from tests.security.safe_text.names import bindings
from tests.security.safe_text.words import (
    AS_IT_IS,
    HANDED,
    OTHERS,
    TEXTS,
)


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
