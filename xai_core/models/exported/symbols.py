"""Sizes that are not fixed, as sympy's expressions, built name by name from the grammar."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from xai_core.models.exported.expressions import Expression, read_expression
from xai_core.models.operators.words import words

# As torch's reader has it: what else torch defines (its `Max`) is read back as sympy's.
OF_TORCH = words(
    """
CeilDiv CeilToInt CleanDiv FloatTrueDiv FloorDiv FloorToInt Identity IntTrueDiv Mod
ModularIndexing PowByNatural PythonMod RoundToInt ToFloat TruncToFloat TruncToInt
"""
)


def symbol_reader(reader: Any) -> Callable[..., Any]:
    """In place of the method of torch's reader of graphs that evaluates what is written.

    Args:
        reader: torch's `GraphModuleDeserializer`, which keeps the symbols, their ranges and the
            values that they had when the program was exported.
    """

    def read(written: object, hint: float | None = None) -> Any:
        return _noted(reader, _built(read_expression(written)), hint)

    return read


def _noted(reader: Any, made: Any, hint: float | None) -> Any:
    """The expression, with its parts, ranges and value made known to torch's reader."""
    if made.is_Integer or made.is_Float or made.is_Boolean:
        return made
    for part in made.args:
        _noted(reader, part, None)
    name = str(made)
    known = reader.symbol_name_to_symbol.setdefault(name, made)
    if known is made and made.is_Symbol and name.startswith(("u", "zuf")):
        reader.unbacked_symbols.add(made)
    if hint is not None and known not in reader.shape_env.backed_var_to_val:
        reader.shape_env.add_backed_var_to_val(known, hint)
    limits = reader.symbol_name_to_range.get(name)
    if limits:
        reader.shape_env.constrain_symbol_range(
            known, compiler_min=limits.lower, compiler_max=limits.upper
        )
    return known


def _built(expression: Expression) -> Any:
    import sympy  # type: ignore[import-untyped]
    from torch.utils._sympy import functions

    if expression.head == "Symbol":
        return sympy.Symbol(expression.args[0], **dict(expression.assumed))
    if expression.head == "Boolean":
        return sympy.true if expression.args[0] else sympy.false
    if expression.head in ("Integer", "Float"):
        return getattr(sympy, expression.head)(expression.args[0])
    maker = getattr(functions if expression.head in OF_TORCH else sympy, expression.head)
    return maker(*(_built(part) for part in expression.args))
