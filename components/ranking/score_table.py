"""Complexity and places of two sides, method by method."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd
import streamlit as st

from components.maps.tiles import title_of
from xai_core.runs.difference import Row


def show(rows: Sequence[Row], first: str, second: str) -> None:
    """Draw the table. `first`, `second`: what the sides are called."""
    told: list[dict[str, Any]] = [
        {
            "Method": title_of(row.method),
            first: row.first,
            second: row.second,
            f"{first} raw": row.first_raw,
            f"{second} raw": row.second_raw,
            f"Place in {first}": row.first_place,
            f"Place in {second}": row.second_place,
            "Moved": row.moved,
        }
        for row in rows
    ]
    number = st.column_config.NumberColumn
    scores = (first, second, f"{first} raw", f"{second} raw")
    columns: dict[str, Any] = {name: number(format="%.4f") for name in scores}
    columns["Moved"] = number(help="Places gained (+) or lost.")
    st.dataframe(pd.DataFrame(told), hide_index=True, column_config=columns)
