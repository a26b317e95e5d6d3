"""A computation: the button that starts it, how far it is, the one that stops it, how it ended."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from components.session import problem
from components.session.jobs.job import Job
from components.session.jobs.queue import QueuePosition, position_text
from components.session.jobs.state import JobState
from components.session.jobs.time_left import told

T = TypeVar("T")

POLL_SECONDS = 0.4
UNCHANGED = "Cancelled. Nothing has changed."


def start_button(
    place: DeltaGenerator, text: str, *, key: str, first: bool, lacking: str | None = None
) -> bool:
    """Whether it was clicked.

    Args:
        first: nothing is there yet that it would compute again.
        lacking: what has to be done before; None where nothing is in the way.
    """
    return place.button(
        problem.plain(text),
        type="primary" if first else "secondary",
        icon=":material/play_arrow:",
        key=f"{key}-start",
        width="stretch",
        disabled=lacking is not None,
        help=None if lacking is None else problem.plain(lacking),
    )


def ended(state: JobState[Any], cancelled: str = UNCHANGED, *, kept: str | None = None) -> None:
    """Draw how the last one ended, where it ended early. kept: what is left of it, if anything."""
    if state.failure:
        st.error(problem.plain(state.failure), icon=":material/error:")
    if state.stopped or kept:
        st.info(problem.plain(kept or cancelled), icon=":material/stop:")


def noted(state: JobState[Any], cancelled: str = UNCHANGED) -> None:
    """As `ended`, for a computation beside the one of the page."""
    note = state.failure or (cancelled if state.stopped else None)
    if note:
        st.info(problem.plain(note), icon=":material/info:")


def watch(
    state: JobState[T],
    job: Job[T],
    *,
    key: str,
    finish: Callable[[T], None],
    describe: Callable[[], str] | None = None,
) -> None:
    """Draw it until it ends; then call `finish` with its result and draw the page again.

    Args:
        finish: not called where it gave none.
        describe: how far it is, in words; None counts samples.
    """

    @st.fragment(run_every=POLL_SECONDS)
    def poll() -> None:
        if job.finished:
            result = state.settle(job)
            if result is not None:
                finish(result)
            st.rerun()
            return
        left, right = st.columns([3, 1], vertical_alignment="center")
        share = min(1.0, job.done / job.total) if job.total else 0.0
        left.progress(
            share, text=problem.plain(_told(job, state.turn, describe or (lambda: samples(job))))
        )
        if right.button(
            "Cancel",
            key=f"{key}-cancel",
            icon=":material/stop:",
            width="stretch",
            disabled=job.stopping,
            help="It stops at the next sample." if job.stopping else None,
        ):
            job.cancel()

    poll()


def _told(job: Job[Any], turn: QueuePosition, describe: Callable[[], str]) -> str:
    if job.stopping:
        return "Stopping at the next sample …"
    if turn.before:
        return position_text(turn.before)
    return describe() if job.total else "Starting …"


def samples(job: Job[Any]) -> str:
    """How far it is, in samples, and how long it still takes."""
    left = job.seconds_left
    time_left = f", {told(left)}" if left is not None else ""
    return f"{job.done} of {job.total} samples{time_left}"
