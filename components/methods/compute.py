"""The compute action: start, watch, cancel; and whether the screen shows what is chosen."""

from __future__ import annotations

import hashlib
import threading

import numpy as np
import streamlit as st

from components.maps import progress
from components.maps.tiles import title_of
from components.methods import baseline_chooser, changes, pace, precision, unfinished
from components.session import backend, decoding, kept_runs, problem, run_source, text
from components.session.jobs.job import Job, Reports
from components.session.jobs.keeper import Keeper
from components.session.layout import own_place
from components.session.processes import Access
from components.session.state import chosen
from components.session.state.workspace import Growing, Workspace
from xai_core.base.errors import XaiError
from xai_core.base.finding import by_reason
from xai_core.runs.computation import Request, compare, costs
from xai_core.runs.opening import opening_of
from xai_core.runs.request import draft_of
from xai_core.runs.run import Run

SAME = (
    *("model_sha256", "picture_sha256", "architecture", "output"),
    *("weights", "head_activation", "other_inputs", "trusted"),
)


@own_place
def while_it_runs(space: Workspace, *, key: str) -> None:
    """Draw the progress of what runs, or how it ended where it ended early."""
    if space.job is not None:
        _watch(space, space.job, key)
    else:
        progress.ended(space, kept=unfinished.told(space))


@own_place
def show(space: Workspace, *, key: str) -> None:
    """Draw the button, or the progress of what runs."""
    if space.job is not None:
        _watch(space, space.job, key)
        return
    progress.ended(space, kept=unfinished.told(space))
    if space.keeper is not None and space.keeper.failure:
        st.warning(problem.plain(space.keeper.failure), icon=":material/save:")
    stale = changes.of(space)
    left, right = st.columns([3, 1], vertical_alignment="center")
    left = left.empty()  # what waits takes the place of what is told: nothing below moves
    if stale and run_source.model_of(space) is None:
        left.info(
            f"These maps are of a kept run. *Compute* would explain {problem.plain(space.photo)} "
            f"by {problem.plain(space.source)} instead.",
            icon=":material/sync:",
        )
    elif stale:
        left.caption(
            f"Chosen now: {problem.plain(space.source)} on {problem.plain(space.photo)} for "
            f"{problem.plain(changes.target_name(space))}."
        )
    else:
        seconds = sum(one.seconds for one in space.run.attributions.values())
        left.caption(f"The maps below were computed in {seconds:.1f} s.")
    text = "Compute" if stale else "Compute again"
    lacking = chosen.lacking(space)
    if progress.start_button(right, text, key=key, first=bool(stale), lacking=lacking):
        with left.container():
            start(space, again=not stale)
        st.rerun()


def start(space: Workspace, *, again: bool = False) -> None:
    """Compute what is chosen, in a thread. `again` computes also what is known."""
    space.clear()
    source = space.sources[space.source]
    try:
        request = request_of(space, space.source)
    except XaiError as error:
        space.failure = str(error)
        return
    before = space.run.attributions if same_input(space.run, request) else {}
    known = {} if again else before
    keeper = space.keeper = Keeper(
        kept_runs.store(), kept_runs.owner(), space.verdicts.get(space.source)
    )
    growing = space.growing = Growing(tuple(request.methods), draft_of(request))
    learn_pace = pace.learning(source, request.prepared.inputs, sum(costs(request).values()))
    access, scorer = Access(space.turn), Access()

    def work(tick: Reports[Run], cancel: threading.Event) -> Run:
        access.cancel = cancel
        try:
            with access.model(source) as held:
                run = compare(
                    *(held.worker, access, request),
                    known=known,
                    progress=tick,
                    cancel=cancel,
                    arrived=growing.take,
                )
        except XaiError:
            unfinished.keep(growing, before, scorer, keeper, tick)
            raise
        keeper.keep(run)  # the process is free for others by now
        learn_pace()
        return run

    space.begin("job", work, pace.time_left(space.run, request, known))


def request_of(space: Workspace, title: str) -> Request:
    """What is chosen, of one of the session's models. Raises `XaiError`."""
    source, photo = space.sources[title], space.photos[space.photo]
    model, spec = backend.opened(source), backend.spec_of(source)
    verdict, methods = space.verdicts.get(title), chosen.asked(space)
    return Request(
        model=title,
        model_sha256=model.card.sha256,
        model_format=model.card.format,
        picture=space.photo,
        picture_sha256=hashlib.sha256(photo.path.read_bytes()).hexdigest(),
        prepared=decoding.prepared(str(photo.path), spec),
        target=space.target,
        methods=methods,
        baselines=baseline_chooser.names_by_text(space, methods),
        seed=space.seed,
        recipe=space.recipe,
        labels=source.labels or model.labels,
        pace=precision.pace_of(space, source),
        input_spec=spec,
        architecture=source.options.architecture,
        output=source.options.output,
        weights=source.options.weights,
        head_activation=source.options.head_activation,
        member=source.options.member,
        other_inputs=tuple(map(str, source.options.other_inputs)),
        trusted=source.options.trust or bool(source.options.code),
        opening=opening_of(source.options),
        level=verdict.level if verdict else None,
        summary=verdict.summary if verdict else "",
    )


def same_input(run: Run, request: Request) -> bool:
    """Whether the run's attributions are of this very model and input."""
    return (
        all(getattr(run, name) == getattr(request, name) for name in SAME)
        and (run.opening == request.opening or not (run.opening or request.trusted))
        and run.input_spec in (None, request.input_spec)
        and np.array_equal(run.pixels, request.prepared.picture)
    )


def _watch(space: Workspace, job: Job[Run], key: str) -> None:
    progress.watch(
        space,
        job,
        key=key,
        finish=lambda run: _finish(space, run),
        describe=lambda: _told(space, job),
    )


def _told(space: Workspace, job: Job[Run]) -> str:
    """How far it is, and by which method."""
    missing = space.growing.missing if space.growing is not None else []
    now = job.preview.method if job.preview is not None else ""
    lead = f"{title_of(now)}: " if now in missing else ""
    return lead + progress.samples(job)


def _finish(space: Workspace, run: Run) -> None:
    space.run = run
    space.run_id = space.keeper.id if space.keeper else None
    for reason, names in by_reason(run.failures).items():
        titles = ", ".join(map(text.title_of, names))
        st.toast(f"{titles}: {problem.plain(reason)}", icon=":material/block:")
