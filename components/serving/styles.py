"""The style sheets of our own: a page has them from the start, so nothing moves when they come."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import streamlit as st

FOLDER = Path(__file__).parents[1] / "assets"
SHEETS = ("layout.css", "result.css")
GROUND = "--ground-{theme}: {colour};"


@cache
def sheet() -> bytes:
    """All of them, after the grounds of the two themes, which a style sheet cannot ask for."""
    grounds = "".join(
        GROUND.format(theme=theme, colour=st.get_option(f"theme.{theme}.backgroundColor") or plain)
        for theme, plain in (("light", "#ffffff"), ("dark", "#0e1117"))
    )
    parts = (FOLDER / name for name in SHEETS)
    told = "\n".join((f":root {{ {grounds} }}", *(part.read_text("utf-8") for part in parts)))
    return told.encode()
