"""The compute action: start, watch, cancel; and whether the screen shows what is chosen."""

from __future__ import annotations

import hashlib
import threading

import numpy as np
import streamlit as st

from components.maps import progress
from components.maps.tiles import title_of
from components.methods import pace, precision
from components.session import backend, decoding, kept_runs, problem, run_source, text
from components.session.jobs.job import Job
from components.session.jobs.keeper import Keeper
from components.session.layout import own_place
from components.session.processes import Access
from components.session.state import chosen
from components.session.state.workspace import Workspace
from xai_core.base.errors import XaiError
from xai_core.base.finding import by_reason
from xai_core.base.progress import Progress
from xai_core.runs.computation import Request, compare, costs
from xai_core.runs.opening import opening_of
from xai_core.runs.run import Run

SAME = (
    *("model_sha256", "picture_sha256", "architecture", "output"),
    *("weights", "head_activation", "other_inputs", "trusted"),
)


@own_place
def while_it_runs(space: Workspace, *, key: str) -> None:
    """Draw the progress of what runs, and nothing otherwise."""
    if space.job is not None:
        _watch(space, space.job, key)


@own_place
def show(space: Workspace, *, key: str) -> None:
    """Draw the button, or the progress of what runs."""
    if space.job is not None:
        _watch(space, space.job, key)
        return
    progress.ended(space)
    if space.keeper is not None and space.keeper.failure:
        st.warning(problem.plain(space.keeper.failure), icon=":material/save:")
    stale = differences(space)
    left, right = st.columns([3, 1], vertical_alignment="center")
    if stale and run_source.model_of(space) is None:
        left.info(
            f"These maps are of a kept run. *Compute* would explain {problem.plain(space.photo)} "
            f"by {problem.plain(space.source)} instead.",
            icon=":material/sync:",
        )
    elif stale:
        left.info(
            f"Chosen since these maps were computed: {', '.join(stale)}.", icon=":material/sync:"
        )
    else:
        seconds = sum(one.seconds for one in space.run.attributions.values())
        left.caption(
            f"Maps of {problem.plain(space.run.model)} on {problem.plain(space.run.picture)} for "
            f"{problem.plain(space.run.target_label)}. They took {seconds:.1f} s to compute."
        )
    text = "Compute" if stale else "Compute again"
    if progress.start_button(right, text, key=key, first=bool(stale), ready=bool(space.chosen)):
        start(space, again=not stale)
        st.rerun()


def differences(space: Workspace) -> list[str]:
    """What is chosen otherwise than in the run on screen."""
    run = space.run
    found = []
    if run.model != space.source:
        found.append(f"model {problem.plain(space.source)}")
    if run.picture != space.photo:
        found.append(f"picture {problem.plain(space.photo)}")
    top = run.guesses[0].index if run.guesses else None
    wanted = top if space.target is None else space.target
    if not found and wanted != run.asked:
        found.append("what is explained")
    done = {**run.attributions, **run.failures}
    asked = chosen.asked(space)
    new = [name for name in asked if name not in done]
    if new:
        found.append(text.listed(map(title_of, new)))
    changed = [
        name
        for name, given in asked.items()
        if name in run.attributions
        and (
            dict(run.attributions[name].parameters) != given
            or run.attributions[name].seed != space.seed
        )
    ]
    if changed:
        found.append("parameters of " + text.listed(map(title_of, changed)))
    if narrower := precision.changed(space):
        found.append("autocast of " + text.listed(map(title_of, narrower)))
    return found


def start(space: Workspace, *, again: bool = False) -> None:
    """Compute what is chosen, in a thread. `again` computes also what is known."""
    space.clear()
    source = space.sources[space.source]
    try:
        request = request_of(space, space.source)
    except XaiError as error:
        space.failure = str(error)
        return
    known = space.run.attributions if not again and same_input(space.run, request) else {}
    keeper = space.keeper = Keeper(
        kept_runs.store(), kept_runs.owner(), space.verdicts.get(space.source)
    )
    inputs, samples = request.prepared.inputs, sum(costs(request).values())
    learn_pace = pace.learning(source, inputs, samples)
    access = Access(space.turn)

    def work(tick: Progress, cancel: threading.Event) -> Run:
        access.cancel = cancel
        with access.model(source) as held:
            run = compare(held.worker, access, request, known=known, progress=tick, cancel=cancel)
        keeper.keep(run)  # the process is free for others by now
        learn_pace()
        return run

    space.begin("job", work)


def request_of(space: Workspace, title: str) -> Request:
    """What is chosen, of one of the session's models. Raises `XaiError`."""
    source, photo = space.sources[title], space.photos[space.photo]
    model, spec = backend.opened(source), backend.spec_of(source)
    verdict = space.verdicts.get(title)
    return Request(
        model=title,
        model_sha256=model.card.sha256,
        model_format=model.card.format,
        picture=space.photo,
        picture_sha256=hashlib.sha256(photo.path.read_bytes()).hexdigest(),
        prepared=decoding.prepared(str(photo.path), spec),
        target=space.target,
        methods=chosen.asked(space),
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
    progress.watch(space, job, key=key, finish=lambda run: _finish(space, run))


def _finish(space: Workspace, run: Run) -> None:
    space.run = run
    space.run_id = space.keeper.id if space.keeper else None
    for reason, names in by_reason(run.failures).items():
        titles = ", ".join(map(text.title_of, names))
        st.toast(f"{titles}: {problem.plain(reason)}", icon=":material/block:")
