"""Complexity and places of two sides, method by method."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from components.session import text
from xai_core.runs.difference import Row

NOTHING = "not computed"


def show(rows: Sequence[Row], first: str, second: str) -> None:
    """Draw the table, as text that wraps. `first`, `second`: what the sides are called."""
    columns = ["Method", *[f"Complexity, {text.plain(side)}" for side in (first, second)], "Moved"]
    st.table(
        pd.DataFrame([cells(row) for row in rows], columns=columns),
        border="horizontal",
        hide_index=True,
    )


def cells(row: Row) -> list[str]:
    """The row of a method, in Markdown."""
    return [
        text.title_of(row.method),
        _side(row.first, row.first_raw, row.first_place),
        _side(row.second, row.second_raw, row.second_place),
        _moved(row.moved),
    ]


def _side(after: float | None, raw: float | None, place: int | None) -> str:
    if raw is None and after is None:
        return NOTHING
    if after is None or place is None:
        return "no score"
    if raw is None:
        return f"**{after:.3f}** · place {place:d}"
    return f"**{after:.3f}** · place {place:d}  \nraw {raw:.3f}"


def _moved(places: int | None) -> str:
    if places is None:
        return "–"
    if places == 0:
        return "same place"
    return f"{abs(places):d} {'up' if places > 0 else 'down'}"
