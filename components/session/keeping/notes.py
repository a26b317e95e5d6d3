"""What a person is to know about what was brought back."""

from __future__ import annotations

import streamlit as st

from components.session import problem
from components.session.state.workspace import Workspace


def show(space: Workspace) -> None:
    """Draw the notes until they are put away."""
    if not space.notes:
        return
    told = "  \n".join(problem.plain(one) for one in space.notes)
    st.info(told, icon=":material/history:")
    if st.button("Got it", key="notes-read", icon=":material/check:"):
        space.notes.clear()
        st.rerun()
