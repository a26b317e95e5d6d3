"""The baseline quantile, one value on every page and in the address."""

from __future__ import annotations

from contextlib import suppress

import streamlit as st
from streamlit.errors import StreamlitAPIException

from components.state import Workspace

KEY = "quantile"
DEFAULT = 0.2


def show(space: Workspace, *, key: str) -> float:
    """Draw the slider; returns a quantile in [0, 0.99]. `key`: of the page that it stands on."""
    if space.quantile is not None and space.quantile_page != key:
        _carry(space.quantile)
    space.quantile_page = key
    space.quantile = st.slider(
        "Baseline quantile",
        min_value=0.0,
        max_value=0.99,
        value=DEFAULT,
        step=0.01,
        key=KEY,
        bind="query-params",
        persist_state="session",
        help="The value of each map at this quantile is subtracted, what falls below zero is "
        "zero, and the rest is rescaled to [0, 1]. 0 removes a map's minimum.",
    )
    return space.quantile


def _carry(value: float) -> None:
    """Take the value along to another page, and to its address.

    Streamlit 1.67 forgets on a change of pages what was not set by hand: what came from the
    address, or is the default. Not at each run: that would pull the handle from the hand.
    """
    st.session_state[KEY] = value
    if value != DEFAULT:
        with suppress(StreamlitAPIException):  # the address has it already
            st.query_params[KEY] = f"{value:g}"
