"""A computation that runs: how far it is, how long it takes yet, and a button that stops it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import streamlit as st

from components.maps import preview
from components.session.jobs.job import Job
from components.session.jobs.queue import QueuePosition, position_text

POLL_SECONDS = 0.4


def watch(
    job: Job[Any],
    turn: QueuePosition,
    *,
    key: str,
    finish: Callable[[], None],
    describe: Callable[[], str] | None = None,
) -> None:
    """Draw it until it ends; then call `finish` and draw the page again.

    Args:
        describe: how far it is, in words; None counts samples.
    """

    @st.fragment(run_every=POLL_SECONDS)
    def poll() -> None:
        if job.finished:
            finish()
            st.rerun()
            return
        left, right = st.columns([3, 1], vertical_alignment="center")
        share = min(1.0, job.done / job.total) if job.total else 0.0
        left.progress(share, text=_told(job, turn, describe or (lambda: _samples(job))))
        if right.button(
            "Cancel",
            key=f"{key}-cancel",
            icon=":material/stop:",
            width="stretch",
            disabled=job.stopping,
        ):
            job.cancel()
        if job.preview is not None:
            preview.show(job.preview, key=f"{key}-preview")

    poll()


def _told(job: Job[Any], turn: QueuePosition, describe: Callable[[], str]) -> str:
    if job.stopping:
        return "Stopping at the next sample …"
    if turn.before:
        return position_text(turn.before)
    return describe() if job.total else "Starting …"


def _samples(job: Job[Any]) -> str:
    left = job.seconds_left
    time_left = f", about {max(1, round(left))} s left" if left is not None else ""
    return f"{job.done} of {job.total} samples{time_left}"
