from __future__ import annotations

import pytest
import sympy
from torch.utils._sympy.functions import FloorDiv, Mod

from xai_core.models.exported.expressions import read_expression
from xai_core.models.exported.parts import UnknownPartError
from xai_core.models.exported.symbols import _built

S, T = (sympy.Symbol(name, positive=True, integer=True) for name in ("s0", "s77"))


@pytest.mark.parametrize(
    "value",
    [
        S,
        sympy.Integer(-3),
        2 * S + T**2 - 7,
        FloorDiv(S, 4) * Mod(T, 3),
        sympy.Max(S, T, 5),
        sympy.Eq(S, 2 * T),
        sympy.And(S > 3, sympy.Not(T <= 9)),
        S / 2,
        sympy.true,
        sympy.Float(0.5) * S,
    ],
    ids=str,
)
def test_what_torch_writes_is_read_back(value: sympy.Expr) -> None:
    assert _built(read_expression(sympy.srepr(value))) == value


@pytest.mark.parametrize("text", ["1", "s0", "Symbol(s0)", "Integer(1.5)", "Add()", "f()()", ""])
def test_what_it_does_not_write_is_not(text: str) -> None:
    with pytest.raises(UnknownPartError):
        read_expression(text)
