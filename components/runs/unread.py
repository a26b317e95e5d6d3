"""Kept runs that the list lacks for now: after an update, or where its index broke."""

from __future__ import annotations

import time

import streamlit as st

from components.session import kept_runs

MOST_KEY, DRAWN_KEY = "runs-unread", "runs-unread-when-drawn"
EVERY, FIRST = 1.0, 1.0  # seconds between two looks; for the first page of the list to be read
PARTS = 4  # of what is to be read: after each the list is drawn again


def show() -> bool:
    """Draw how far they are read, which goes on beside the page; False where none is left."""
    left = before = kept_runs.store().unread()
    if not before:
        st.session_state.pop(MOST_KEY, None)
        return False
    most = max(before, int(st.session_state.get(MOST_KEY, 0)))
    end = time.monotonic() + FIRST
    while left == most and time.monotonic() < end:
        time.sleep(0.05)
        left = kept_runs.store().unread()
    st.session_state[MOST_KEY], st.session_state[DRAWN_KEY] = most, left
    _progress()
    return True


@st.fragment(run_every=EVERY)
def _progress() -> None:
    left = kept_runs.store().unread()
    most = max(left, int(st.session_state.get(MOST_KEY, left)))
    drawn = int(st.session_state.get(DRAWN_KEY, left))
    if not left or left < drawn == most or drawn - left > most / PARTS:
        st.rerun()
    st.progress(
        1 - left / most,
        f"Reading the kept runs: {left:,d} of {most:,d} to go, the newest first. "
        "All the rest works meanwhile, and new results are kept.",
    )
