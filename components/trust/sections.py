"""The two halves of the page Trust, of which one is open."""

from __future__ import annotations

from typing import Any

import streamlit as st

KEY = "trust-section"
KEPT = "trust-open"  # the widget's own value goes when another page is drawn
SECTIONS = {"checks": "Sanity checks", "metrics": "Metrics"}
NAMES = {title: name for name, title in SECTIONS.items()}


def show() -> tuple[Any, Any]:
    """Draw the tabs; each says by `open` whether it is the one to fill."""
    titles = list(SECTIONS.values())
    checks, metrics = st.tabs(titles, key=KEY, default=SECTIONS[current()], on_change="rerun")
    st.session_state[KEPT] = "metrics" if metrics.open else "checks"
    return checks, metrics


def current() -> str:
    """The name of the one that is open, as links have it."""
    if KEY in st.session_state:
        return NAMES.get(st.session_state[KEY], "checks")
    return str(st.session_state.get(KEPT, "checks"))


def choose(name: str) -> None:
    """Open one; what is no section changes nothing."""
    if name in SECTIONS:
        st.session_state[KEPT] = name
        if KEY in st.session_state:
            st.session_state[KEY] = SECTIONS[name]
