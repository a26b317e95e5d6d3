"""Parts of a page that grow and shrink without moving what stands below them."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

import streamlit as st

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
