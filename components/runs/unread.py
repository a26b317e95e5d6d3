"""Kept runs that the list lacks for now: after an update, or where its index broke."""

from __future__ import annotations

import time

import streamlit as st

from components.session import kept_runs

MOST_KEY = "runs-unread"
EVERY, FIRST = 1.0, 1.0  # seconds between two looks; for the first page of the list to be read


def show() -> bool:
    """Draw how far they are read, which goes on beside the page; False where none is left."""
    left = most = kept_runs.store().unread()
    if not most:
        st.session_state.pop(MOST_KEY, None)
        return False
    st.session_state[MOST_KEY] = max(most, int(st.session_state.get(MOST_KEY, 0)))
    end = time.monotonic() + FIRST
    while left == most and time.monotonic() < end:
        time.sleep(0.05)
        left = kept_runs.store().unread()
    _progress()
    return True


@st.fragment(run_every=EVERY)
def _progress() -> None:
    left = kept_runs.store().unread()
    if not left:
        st.rerun()
    most = max(left, int(st.session_state.get(MOST_KEY, left)))
    st.progress(
        1 - left / most,
        f"Reading the kept runs: {left:,d} of {most:,d} to go. The newest are listed already. "
        "All the rest works meanwhile, and new results are kept.",
    )
