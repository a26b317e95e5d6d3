"""Copy picture: the result card into the clipboard, made when it is asked for."""

from __future__ import annotations

import base64
from collections.abc import Callable
from pathlib import Path

import streamlit as st

_FOLDER = Path(__file__).parent
_button = st.components.v2.component(
    "pedestal_copy_picture",
    css=(_FOLDER / "copy.css").read_text(encoding="utf-8"),
    js=(_FOLDER / "copy.js").read_text(encoding="utf-8"),
)


def show(png: Callable[[], bytes], *, key: str) -> None:
    """Draw the button; `png` is called when it was pressed, and the browser waits for that."""
    asked = f"{key}-copying"
    data = base64.b64encode(png()).decode() if st.session_state.pop(asked, False) else ""
    _button(
        data={"picture": data},
        key=key,
        on_asked_change=lambda: st.session_state.__setitem__(asked, True),
    )
