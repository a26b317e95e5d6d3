"""What all pages share: parts that grow without moving others, and the way on at the end."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from components.session import text

P = ParamSpec("P")
T = TypeVar("T")


def own_place(show: Callable[P, T]) -> Callable[P, T]:
    """Draw a part in a block of its own, whatever it holds, or nothing.

    Streamlit 1.67 tells elements apart by their place: one more above, and the maps below are
    taken off the screen and built anew, without their zoom, focus and pending keys.
    """

    @wraps(show)
    def inside(*args: P.args, **kwargs: P.kwargs) -> T:
        with st.container():
            return show(*args, **kwargs)

    return inside


def folds(key: str) -> DeltaGenerator:
    """A place for sections: closed ones share a line, an open one has it alone."""
    return st.container(
        horizontal=True, gap="small", vertical_alignment="center", key=f"folds-{key}"
    )


def code(told: str, language: str, *, height: int) -> None:
    """Draw a long text to be copied, in a box with its button: so the keyboard can scroll it."""
    with st.container(height=height, border=False):
        st.code(told, language=language, wrap_lines=True)


def next_step(page: str, told: str) -> None:
    """End a page with the way on. told: what is done there, as it follows on "Next:"."""
    with st.container(horizontal=True, horizontal_alignment="right", key="next-step"):
        st.page_link(
            page,
            label=f"Next: {text.plain(told)}",
            icon=":material/arrow_forward:",
            icon_position="right",
        )
