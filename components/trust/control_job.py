"""The action that makes the controls of the run on screen: start, watch, cancel."""

from __future__ import annotations

import threading

import streamlit as st

from components.maps import progress
from components.session import origin, problem
from components.session.keeping import beside
from components.session.layout import own_place
from components.session.processes import Access
from components.session.state.workspace import ControlState, Workspace
from xai_core.base.errors import XaiError
from xai_core.base.progress import Progress
from xai_core.runs import kept_controls
from xai_core.runs.manifest import maps_digest
from xai_core.runs.sanity import Controls, make_controls


def of_run(space: Workspace) -> Controls | None:
    """The controls of the run on screen; None where they were not made.

    They may lie beside the run, of before a restart or of who has sent its link.
    """
    state, digest = space.control_state, maps_digest(space.run.attributions)
    known = state.made is not None and state.made[0] == digest
    if not known and state.sought != space.run_id:
        state.sought = space.run_id
        data = beside.read(space, kept_controls.FILE)
        found = None if data is None else kept_controls.read(data, digest)
        if found is not None:
            state.made = (digest, found)
    made = state.made
    return made[1] if made is not None and made[0] == digest else None


@own_place
def show(space: Workspace, *, key: str) -> None:
    """Draw the button, or the progress of what runs."""
    state = space.control_state
    if state.job is not None:
        progress.watch(state, state.job, key=key, finish=lambda made: _finish(state, made))
        return
    progress.ended(state)
    left, right = st.columns([3, 1], vertical_alignment="center")
    left.caption(
        f"Maps of {problem.plain(space.run.model)} on {problem.plain(space.run.picture)} for "
        f"{problem.plain(space.run.target_label)}. Each method runs once more, on random weights."
    )
    known = of_run(space) is not None
    text = "Compute again" if known else "Compute controls"
    lacking = origin.lacking(space) if space.run.attributions else "Compute a map first."
    if progress.start_button(right, text, key=key, first=not known, lacking=lacking):
        _start(space)
        st.rerun()


def _start(space: Workspace) -> None:
    state = space.control_state
    state.clear()
    run, digest = space.run, maps_digest(space.run.attributions)
    try:
        source, inputs = origin.of_run(space)
    except XaiError as error:
        state.failure = str(error)
        return
    access, place = Access(state.turn), beside.own(space)

    def work(tick: Progress, cancel: threading.Event) -> Controls:
        access.cancel = cancel
        with access.model(source) as held:
            made = make_controls(held.worker, run, inputs, progress=tick, cancel=cancel)
        place.keep(kept_controls.FILE, kept_controls.written(made, digest))
        return made

    state.digest = digest
    state.begin("control job", work)


def _finish(state: ControlState, made: Controls) -> None:
    state.made = (state.digest, made)
