"""The action that makes the controls of the run on screen: start, watch, cancel."""

from __future__ import annotations

import threading

import numpy as np
import streamlit as st

from components.maps import progress
from components.session import backend, decoding, problem, run_source
from components.session.layout import own_place
from components.session.processes import Access
from components.session.state.workspace import ControlState, Workspace
from xai_core.base.arrays import Inputs
from xai_core.base.errors import InputError, XaiError
from xai_core.base.progress import Progress
from xai_core.runs.manifest import maps_digest
from xai_core.runs.run import Run
from xai_core.runs.sanity import Controls, make_controls


def of_run(space: Workspace) -> Controls | None:
    """The controls of the run on screen; None where they were not made."""
    made = space.control_state.made
    return made[1] if made is not None and made[0] == maps_digest(space.run.attributions) else None


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
    lacking = None if space.run.attributions else "Compute a map first."
    if progress.start_button(right, text, key=key, first=not known, lacking=lacking):
        _start(space)
        st.rerun()


def _start(space: Workspace) -> None:
    state = space.control_state
    state.clear()
    run, digest = space.run, maps_digest(space.run.attributions)
    try:
        source, inputs = space.sources.get(run.model), _inputs(space, run)
    except XaiError as error:
        state.failure = str(error)
        return
    assert source is not None  # noqa: S101 - `_inputs` has looked
    access = Access(state.turn)

    def work(tick: Progress, cancel: threading.Event) -> Controls:
        access.cancel = cancel
        with access.model(source) as held:
            return make_controls(held.worker, run, inputs, progress=tick, cancel=cancel)

    state.digest = digest
    state.begin("control job", work)


def _inputs(space: Workspace, run: Run) -> Inputs:
    source, photo = space.sources.get(run.model), space.photos.get(run.picture)
    if source is None or photo is None:
        raise InputError("The model or the picture of these maps is gone.", "Compute them again.")
    if not run_source.is_of(source, run):
        raise InputError("The model of these maps is another file now.", "Compute them again.")
    prepared = decoding.prepared(str(photo.path), backend.spec_of(source))
    if not np.array_equal(prepared.picture, run.pixels):
        raise InputError("The picture becomes another input now.", "Compute the maps again.")
    return prepared.inputs


def _finish(state: ControlState, made: Controls) -> None:
    state.made = (state.digest, made)
