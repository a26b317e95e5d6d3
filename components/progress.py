"""A job on the screen: how far it is, how many go before it, and a button that stops it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import streamlit as st

from components.job import Job
from components.waiting import Turn, told

POLL_SECONDS = 0.4


def show(job: Job[Any], turn: Turn, finish: Callable[[], None], *, key: str) -> None:
    """Draw it until it ends; then `finish()` is called, and the page is drawn again."""

    @st.fragment(run_every=POLL_SECONDS)
    def poll() -> None:
        if job.finished:
            finish()
            st.rerun()
        left, right = st.columns([3, 1], vertical_alignment="center")
        left.progress(min(1.0, job.done / job.total) if job.total else 0.0, text=_told(job, turn))
        if right.button(
            "Cancel",
            key=f"{key}-cancel",
            icon=":material/stop:",
            width="stretch",
            disabled=job.stopping,
        ):
            job.cancel()

    poll()


def _told(job: Job[Any], turn: Turn) -> str:
    if job.stopping:
        return "Stopping at the next sample …"
    if turn.before:
        return told(turn.before)
    if not job.total:
        return "Starting …"
    left = job.seconds_left
    time_left = f", about {max(1, round(left))} s left" if left is not None else ""
    return f"{job.done} of {job.total} samples{time_left}"
