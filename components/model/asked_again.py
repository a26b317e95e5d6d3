"""Models that were opened with trust before the server was started again."""

from __future__ import annotations

import streamlit as st

from components.session import problem
from components.session.layout import own_place
from components.session.state.workspace import Workspace


@own_place
def show(space: Workspace) -> None:
    """Draw each with a button that leads to its form, filled in as it was, but for the trust."""
    for title, waiting in space.again.items():
        if space.pending is waiting:
            continue
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(
                f":material/lock_reset: **{problem.plain(title)}** was opened with trust before "
                "the server was started again. Trust is not given by itself."
            )
            if st.button("Open again", key=f"again-{title}", icon=":material/play_circle:"):
                space.pending = waiting
                st.rerun()
