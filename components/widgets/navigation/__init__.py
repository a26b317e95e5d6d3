"""What a browser does on the way from page to page, where Streamlit 1.67 leaves it undone."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

_FOLDER = Path(__file__).parent
_navigation = st.components.v2.component(
    "pedestal_navigation",
    js=(_FOLDER / "navigation.js").read_text(encoding="utf-8"),
)


def show() -> None:
    """One entry of the history for each page; on a phone the menu closes after a choice."""
    _navigation(key="navigation")
