"""The one way of a chart onto a page: plotly reads texts as HTML with links, so each is escaped."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import plotly.graph_objects as go
import streamlit as st

from xai_core.base.text import html

TEMPLATES = ("hovertemplate", "texttemplate")  # the program's own words, which a test sees to


def show(figure: go.Figure, *, key: str, alt: str) -> None:
    """Draw it without tools. alt: what a screen reader says, plain text."""
    st.plotly_chart(escaped(figure), key=key, config={"displayModeBar": False}, alt=alt)


def escaped(figure: go.Figure) -> go.Figure:
    """The chart with every text as text: names, places on axes, labels, what is shown above."""
    found: dict[str, Any] = figure.to_plotly_json()
    return go.Figure({"data": _text(found.get("data", [])), "layout": _text(found["layout"])})


def _text(value: Any) -> Any:
    if isinstance(value, str):
        return html(value)
    if isinstance(value, Mapping):
        return {key: one if key in TEMPLATES else _text(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_text(one) for one in value]
    if isinstance(value, np.ndarray) and value.dtype.kind in "OUS":
        return _text(value.tolist())
    return value
