"""What the list of kept runs is narrowed to: words and tags."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from components.session import kept_runs
from components.session.state.workspace import Workspace
from xai_core.runs.index.queries import RunFilter

WORDS, TAGS = "runs-search", "runs-tags"


def show(space: Workspace) -> RunFilter:
    """Draw the fields; what they say of the visitor's own runs and of those opened by a link.

    There are none while nothing is kept on this server.
    """
    mine, store = kept_runs.mine(space), kept_runs.store()
    if store.used() == 0 and not store.unread() and not st.session_state.get(WORDS):
        return mine
    tags = store.tags(mine)
    left, right = st.columns([3, 2])
    words = left.text_input("Search name, model, picture, target, method", key=WORDS)
    wanted = right.multiselect("Tags", tags, key=TAGS) if tags else []
    return replace(mine, words=words, tags=tuple(wanted))
