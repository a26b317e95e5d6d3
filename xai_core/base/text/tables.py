"""Cells of tables that a spreadsheet opens."""

from __future__ import annotations

import re

from xai_core.base.text.lines import one_line

# Also after what separates columns: where commas are decimal, a spreadsheet splits at others.
_FORMULA = re.compile(r"(^|[,;|\t])(\s*)(?=[=+\-@＝＋－＠])")


def cell(value: object) -> object:
    """A cell of a CSV file: numbers as they are, texts on one line and never a formula."""
    if not isinstance(value, str):
        return value
    return _FORMULA.sub(r"\1\2'", one_line(value))
