"""The baseline quantile, one value on every page and in the address."""

from __future__ import annotations

from contextlib import suppress

import streamlit as st
from streamlit.errors import StreamlitAPIException

from components.session.state.workspace import Workspace

KEY = "quantile"
DEFAULT = 0.2
HIGHEST = 0.99


def show(space: Workspace, *, key: str) -> float:
    """Draw the slider; returns a quantile in [0, 0.99]. `key`: of the page that it stands on."""
    if space.quantile is not None and space.quantile_page != key:
        _carry(space.quantile)
    space.quantile_page = key
    space.quantile = st.slider(
        "Baseline quantile",
        min_value=0.0,
        max_value=HIGHEST,
        value=DEFAULT,
        step=0.01,
        key=KEY,
        bind="query-params",
        persist_state="session",
        help="The value of each map at this quantile is subtracted, what falls below zero is "
        "zero, and the rest is rescaled to [0, 1]. 0 removes a map's minimum.",
    )
    return space.quantile


def current(space: Workspace, *, key: str) -> float:
    """The value on a page without this slider: the session's, or that of the address."""
    if space.quantile is None:
        choose(space, st.query_params.get(KEY))
    if space.quantile is None:
        space.quantile = DEFAULT
    if space.quantile_page != key or space.quantile != _checked(st.query_params.get(KEY)):
        _address(space.quantile)
    space.quantile_page = key
    return space.quantile


def where(there: bool, space: Workspace, *, key: str) -> float:
    """The slider where there is something to see at a quantile, else the value alone."""
    return show(space, key=key) if there else current(space, key=f"{key}-waiting")


def choose(space: Workspace, value: object) -> None:
    """Take a value that comes from a browser; what is no quantile changes nothing."""
    found = _checked(value)
    if found is not None:
        space.quantile = found


def _checked(value: object) -> float | None:
    try:
        found = float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        return None
    return found if 0.0 <= found <= HIGHEST else None


def _carry(value: float) -> None:
    """Take the value along to another page, and to its address.

    Streamlit 1.67 forgets on a change of pages what was not set by hand: what came from the
    address, or is the default. Not at each run: that would pull the handle from the hand.
    """
    st.session_state[KEY] = value
    _address(value)


def _address(value: float) -> None:
    with suppress(StreamlitAPIException):  # the address has it already
        if value != DEFAULT:
            st.query_params[KEY] = f"{value:.9g}"
        elif KEY in st.query_params:
            del st.query_params[KEY]
