"""Whether an expression shows the program's own words, numbers and plain text only."""

from __future__ import annotations

import ast

from tests.security.safe_text.files import File, opened
from tests.security.safe_text.names import bindings
from tests.security.safe_text.sinks import meant
from tests.security.safe_text.words import (
    CONSTANT,
    HANDED_ON,
    NUMERIC,
    OWN,
    PLAIN,
    UNSEEN,
)


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
