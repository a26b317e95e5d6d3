"""What widgets show that belong to nobody's state but Streamlit's, such as colours and opacity.

A widget's module says once which values its key may have; from then on a reload keeps it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import streamlit as st

from components.session.keeping.parts import Part, register
from components.session.keeping.values import table
from components.session.state.workspace import Workspace

_allowed: dict[str, tuple[Sequence[Any], bool]] = {}


def remember(key: str, allowed: Sequence[Any], *, several: bool = False) -> None:
    """Keep the value of a widget.

    Args:
        key: of the widget. allowed: all values that it may have, as JSON knows them.
        several: its value is a list of these.
    """
    _allowed[key] = (allowed, several)


def note(space: Workspace) -> None:
    """Take down what the widgets of this session show."""
    for key in _allowed:
        if key in st.session_state and _fits(key, st.session_state[key]):
            value = st.session_state[key]
            space.view[key] = list(value) if _allowed[key][1] else value


def show(space: Workspace) -> None:
    """Let the widgets of a new session show what was taken down."""
    for key, value in space.view.items():
        if key not in st.session_state and _fits(key, value):
            st.session_state[key] = value


def _fits(key: str, value: Any) -> bool:
    if key not in _allowed:
        return False
    allowed, several = _allowed[key]
    given = list(value) if several and isinstance(value, list | tuple) else [value]
    return all(any(one == fit and type(one) is type(fit) for fit in allowed) for one in given)


def _read(space: Workspace, data: Any) -> None:
    space.view = {key: value for key, value in table(data).items() if _fits(key, value)}


register(Part("view", "how the maps are drawn", lambda space: dict(space.view), _read, order=50))
