"""The action that makes the controls of the run on screen: start, watch, cancel."""

from __future__ import annotations

import threading

import numpy as np
import streamlit as st

from components.maps import progress
from components.session import backend, problem, visit
from components.session.jobs.job import Job
from components.session.jobs.queue import QueuePosition
from components.session.layout import own_place
from components.session.processes import Access
from components.session.state.workspace import Workspace
from xai_core.base.arrays import Inputs
from xai_core.base.errors import Cancelled, InputError, XaiError
from xai_core.base.progress import Progress
from xai_core.runs.run import Run
from xai_core.runs.sanity import Controls, make_controls


def of_run(space: Workspace) -> Controls | None:
    """The controls of the run on screen; None where they were not made."""
    if space.controls is None or space.controls[0] != backend.digest(space.run):
        return None
    return space.controls[1]


@own_place
def show(space: Workspace, *, key: str) -> None:
    """Draw the button, or the progress of what runs."""
    if space.control_job is not None:
        _watch(space, space.control_job, key)
        return
    if space.control_failure:
        st.error(problem.plain(space.control_failure), icon=":material/error:")
    if space.control_stopped:
        st.info("Cancelled. Nothing has changed.", icon=":material/stop:")
    left, right = st.columns([3, 1], vertical_alignment="center")
    left.caption(
        f"Maps of {problem.plain(space.run.model)} on {problem.plain(space.run.picture)} for "
        f"{problem.plain(space.run.target_label)}. Each method runs once more, on random weights."
    )
    known = of_run(space) is not None
    if right.button(
        "Compute again" if known else "Compute controls",
        type="secondary" if known else "primary",
        icon=":material/play_arrow:",
        key=f"{key}-start",
        width="stretch",
        disabled=not space.run.attributions,
    ):
        _start(space)
        st.rerun()


def _start(space: Workspace) -> None:
    space.control_failure, space.control_stopped = None, False
    run, digest = space.run, backend.digest(space.run)
    try:
        source, inputs = space.sources.get(run.model), _inputs(space, run)
    except XaiError as error:
        space.control_failure = str(error)
        return
    assert source is not None  # noqa: S101 - `_inputs` has looked
    space.control_turn = QueuePosition()
    access = Access(space.control_turn)

    def work(tick: Progress, cancel: threading.Event) -> Controls:
        access.cancel = cancel
        with access.model(source) as held:
            return make_controls(held.worker, run, inputs, progress=tick, cancel=cancel)

    space.control_job = job = Job(work)
    space.control_digest = digest
    visit.current().at_end("control job", job.cancel)


def _inputs(space: Workspace, run: Run) -> Inputs:
    source, photo = space.sources.get(run.model), space.photos.get(run.picture)
    if source is None or photo is None:
        raise InputError("The model or the picture of these maps is gone.", "Compute them again.")
    if backend.opened(source).card.sha256 != run.model_sha256:
        raise InputError("The model of these maps is another file now.", "Compute them again.")
    prepared = backend.prepared(str(photo.path), backend.spec_of(source))
    if not np.array_equal(prepared.picture, run.pixels):
        raise InputError("The picture becomes another input now.", "Compute the maps again.")
    return prepared.inputs


def _watch(space: Workspace, job: Job[Controls], key: str) -> None:
    def finish() -> None:
        if space.control_job is not job:
            return
        space.control_job = None
        if job.result is not None:
            space.controls = (space.control_digest, job.result)
        elif isinstance(job.error, Cancelled):
            space.control_stopped = True
        elif job.error is not None:
            space.control_failure = str(job.error)

    progress.watch(job, space.control_turn, key=key, finish=finish)
