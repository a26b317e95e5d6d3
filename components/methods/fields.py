"""The fields of a form for parameters, and values that come into one from elsewhere."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from components.session import choice
from components.session.state.workspace import Workspace
from xai_core.base.parameters import ParameterInfo


def draw(info: ParameterInfo, value: Any, key: str) -> Any:
    """Draw the field of a parameter; its value."""
    shared: dict[str, Any] = {"help": info.help, "key": key, "later": True}
    if info.choices:
        return choice.one(st.selectbox, info.name, info.choices, value, **shared)
    if info.kind is bool:
        return choice.value(st.toggle, info.name, value, **shared)
    if info.kind in (int, float):
        return choice.value(
            st.number_input,
            info.name,
            value,
            min_value=info.kind(info.minimum) if info.minimum is not None else None,
            max_value=info.kind(info.maximum) if info.maximum is not None else None,
            step=info.kind(info.step or (1 if info.kind is int else 0.05)),
            format=None if info.kind is int else "%g",
            **shared,
        )
    return choice.value(st.text_input, info.name, value, **shared)


def key_of(method: str, parameter: str) -> str:
    """Of the widget that shows a parameter."""
    return f"parameter-{method}-{parameter}"


def put(space: Workspace, method: str, values: Mapping[str, Any]) -> None:
    """Set parameters, also in the widgets that show them; before those are drawn."""
    space.settings[method] = {**space.parameters(method), **values}
    for name, value in values.items():
        st.session_state[key_of(method, name)] = value
