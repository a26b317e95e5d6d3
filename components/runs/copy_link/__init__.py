"""Copy link: to exactly what is on screen."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit

import streamlit as st

from components.runs import link
from components.session.state.workspace import Workspace

_FOLDER = Path(__file__).parent
_button = st.components.v2.component(
    "pedestal_copy_link",
    css=(_FOLDER / "share.css").read_text(encoding="utf-8"),
    js=(_FOLDER / "share.js").read_text(encoding="utf-8"),
)


def show(space: Workspace, *, page: str, study: str | None = None) -> None:
    """Draw the button.

    Args:
        page: its name in the address; empty for the first one. study: id of the study on screen.
    """
    if study is None and space.keeper is not None and space.keeper.failure:
        st.caption("This result is not kept, so no link leads to it.")
        return
    _button(data={"link": f"{base(page)}?{link.of(space, page, study)}"}, key=f"share-{page}")


def base(page: str) -> str:
    """The address of the server as this browser sees it, with its path and no page."""
    parts = urlsplit(str(st.context.url or ""))
    path = parts.path.removesuffix(page).rstrip("/") + "/"
    return f"{parts.scheme}://{parts.netloc}{path}" if parts.netloc else path
