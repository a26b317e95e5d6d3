"""Sizes that are not fixed, as an exported program writes them.

`Mul(Integer(2), Symbol('s94', positive=True, integer=True))`: calls of a few names on numbers and
symbols. They are taken apart by this grammar; sympy's own reader would evaluate them as Python.
"""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass
from typing import Any

from xai_core.models.exported.parts import unknown
from xai_core.models.operators.words import words

LONGEST, DEEPEST, MOST = 4000, 40, 300
SYMBOL = re.compile(r"[a-z]{1,3}[0-9]{1,4}")
LARGEST = 2**62
LARGEST_POWER = 8
COMBINING = words(
    """
Add And Equality FloorDiv GreaterThan IntTrueDiv LessThan Max Min Mod ModularIndexing Mul Not Or
Pow PowByNatural PythonMod Rational StrictGreaterThan StrictLessThan ToFloat TruncToInt Unequality
CeilDiv CeilToInt CleanDiv FloatTrueDiv FloorToInt RoundToInt TruncToFloat Identity
"""
)
ASSUMPTIONS = words("integer positive nonnegative real nonzero")


@dataclass(frozen=True)
class Expression:
    """head: `Symbol`, `Integer`, `Float`, `Boolean` or a combining name. args: what it is of.

    assumed: what is known of a symbol.
    """

    head: str
    args: tuple[Any, ...]
    assumed: tuple[tuple[str, bool], ...] = ()


def read_expression(written: object) -> Expression:
    """Take a written size apart.

    Raises:
        UnknownPartError: it is not of the grammar.
    """
    if not isinstance(written, str) or len(written) > LONGEST:
        raise _strange()
    try:
        tree = ast.parse(written, mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError) as cause:
        raise _strange() from cause
    if sum(1 for _ in ast.walk(tree)) > 4 * MOST:
        raise _strange()
    return _read(tree, 0)


def _read(tree: ast.expr, depth: int) -> Expression:
    if depth > DEEPEST:
        raise _strange()
    if isinstance(tree, ast.Name) and tree.id in ("true", "false"):
        return Expression("Boolean", (tree.id == "true",))
    if not isinstance(tree, ast.Call) or not isinstance(tree.func, ast.Name):
        raise _strange()
    name = tree.func.id
    if name == "Symbol":
        return _symbol(tree)
    if tree.keywords and name != "Float":
        raise _strange()
    if name in ("Integer", "Float"):
        return Expression(name, (_number(tree, name),))
    if name == "Rational":
        args = tuple(Expression("Integer", (_whole(one),)) for one in tree.args)
    else:
        args = tuple(_read(one, depth + 1) for one in tree.args)
    if name not in COMBINING or not args:
        raise _strange()
    if name in ("Pow", "PowByNatural") and not _small(args):
        raise _strange()
    return Expression(name, args)


def _symbol(tree: ast.Call) -> Expression:
    name = tree.args[0] if len(tree.args) == 1 else None
    text = name.value if isinstance(name, ast.Constant) else None
    if not isinstance(text, str) or not SYMBOL.fullmatch(text):
        raise _strange()
    assumed = []
    for one in tree.keywords:
        value = one.value.value if isinstance(one.value, ast.Constant) else None
        if one.arg not in ASSUMPTIONS or not isinstance(value, bool):
            raise _strange()
        assumed.append((str(one.arg), value))
    return Expression("Symbol", (text,), tuple(sorted(assumed)))


def _number(tree: ast.Call, name: str) -> int | float:
    if len(tree.args) != 1:
        raise _strange()
    if name == "Integer":
        return _whole(tree.args[0])
    value = tree.args[0].value if isinstance(tree.args[0], ast.Constant) else None
    try:
        return float(value) if isinstance(value, str | int | float) else _fail()
    except ValueError as cause:
        raise _strange() from cause


def _whole(tree: ast.expr) -> int:
    negative = isinstance(tree, ast.UnaryOp) and isinstance(tree.op, ast.USub)
    inner = tree.operand if isinstance(tree, ast.UnaryOp) else tree
    value = inner.value if isinstance(inner, ast.Constant) else None
    if type(value) is not int or value > LARGEST or (inner is not tree and not negative):
        raise _strange()
    return -value if negative else value


def _small(args: tuple[Expression, ...]) -> bool:
    """Whether a power is one that cannot grow without end."""
    if len(args) != 2 or args[1].head != "Integer" or abs(args[1].args[0]) > LARGEST_POWER:
        return False
    heads = _heads(args[0])
    return "Symbol" in heads and not {"Pow", "PowByNatural"} & heads


def _heads(expression: Expression) -> frozenset[str]:
    parts = [_heads(part) for part in expression.args if isinstance(part, Expression)]
    return frozenset({expression.head}).union(*parts)


def _fail() -> float:
    raise _strange()


def _strange() -> Exception:
    return unknown("a size that is written in an unusual way")
