"""Values that come into a method's form from elsewhere."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from components.session.state.workspace import Workspace


def key_of(method: str, parameter: str) -> str:
    """Of the widget that shows a parameter."""
    return f"parameter-{method}-{parameter}"


def put(space: Workspace, method: str, values: Mapping[str, Any]) -> None:
    """Set parameters, also in the widgets that show them; before those are drawn."""
    space.settings[method] = {**space.parameters(method), **values}
    for name, value in values.items():
        st.session_state[key_of(method, name)] = value
