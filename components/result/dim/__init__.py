"""Results that are not of what is chosen look so: pale, without colour, behind a dashed edge."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

NOTE, BAR, CHANGED = (
    "result-note",
    "result-bar",
    "result-changed",
)  # keys of containers, which the style sheet knows
_FOLDER = Path(__file__).parent
_styles = st.components.v2.component(
    "pedestal_result_styles",
    css=(_FOLDER / "dim.css").read_text(encoding="utf-8"),
    js=(_FOLDER / "dim.js").read_text(encoding="utf-8"),
    isolate_styles=False,
)


def show() -> None:
    """Bring the style sheet onto the page."""
    _styles(key="result-styles")
