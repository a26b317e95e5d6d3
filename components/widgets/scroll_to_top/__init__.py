"""Brings the top of the page into view when something new stands there."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

_FOLDER = Path(__file__).parent
_mover = st.components.v2.component(
    "pedestal_scroll_to_top", js=(_FOLDER / "scroll.js").read_text(encoding="utf-8")
)


def show(turn: int, *, key: str) -> None:
    """Scroll whenever `turn` is a higher one than before; leave a person who reads alone else."""
    _mover(data={"turn": turn}, key=key, height=1)
