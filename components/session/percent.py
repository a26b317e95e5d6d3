"""Shares in tables: a bar, and a percentage with as many decimals in every row."""

from __future__ import annotations

from typing import Any, Literal

import streamlit as st

EXACT = "%.2f%%"  # of a plain column


def of(share: float | None) -> float | None:
    """A share in [0, 1] as `column` wants it."""
    return None if share is None else 100 * share


def column(decimals: int = 1, width: Literal["small", "medium"] | None = None) -> Any:
    """A column of percentages. Streamlit's own format drops zeros: 29.41 % beside 30 %."""
    return st.column_config.ProgressColumn(
        min_value=0, max_value=100, format=f"%.{decimals:d}f%%", width=width
    )
