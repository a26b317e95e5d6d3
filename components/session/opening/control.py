"""Opening a model beside the page: begun, watched, cancelled, and what was open before it."""

from __future__ import annotations

import threading
from collections.abc import Hashable
from typing import Any

from components.session import backend, decoding, run_source
from components.session.opening.asking import Asking
from components.session.processes import Access, file_of, known
from components.session.state.opening import Choice, Judged, Opened, OpeningState, Steps
from components.session.state.workspace import Source, Workspace
from xai_core.base.errors import Cancelled, XaiError
from xai_core.base.progress import Progress
from xai_core.readiness.steps import STEPS, Step, loading_step


def add(space: Workspace, source: Source, *, second: bool = False, pending: Any = None) -> None:
    """Offer a model, choose it, and open it; it leaves again where it cannot be opened.

    Args:
        second: of two models: what is chosen stays chosen. pending: the form that it came from.
    """
    before, offered = _chosen(space), dict(space.sources)
    space.add_source(source)
    title = space.source
    if second:
        space.source, space.target = before.title, before.target
    asked(space)
    what = {"new": True, "stood": offered.get(title), "second": second, "pending": pending}
    _begin(space, title, before=before, **what)


def asked(space: Workspace) -> None:
    """A way to a model was taken: its form closes, and the page begins at its top."""
    space.opening.count += 1


def attend(space: Workspace, *, proven: bool) -> bool:
    """Whether what is chosen is open; it is opened where it is not, unless that was declined.

    Args:
        proven: its verdict is wanted too. Without, the run on screen is enough where it is of it.
    """
    settle(space)
    state = space.opening
    if state.job is not None and not state.second and _elsewhere(space):
        state.job.cancel()  # something else was chosen since
        state.job = None
        if state.new:
            _withdraw(space, state)
    if is_there(space, proven=proven):
        state.last = _chosen(space)
        return True
    if state.job is None and state.declined != _key(space):
        _begin(space, space.source, before=state.last, proven=proven)
    return False


def is_there(space: Workspace, *, proven: bool) -> bool:
    """Whether what is chosen answers at once."""
    source, photo = space.sources[space.source], space.photos[space.photo]
    if proven:
        return backend.is_judged(source, photo)
    run = space.run
    shown = (run.model, run.picture) == (space.source, space.photo) and run_source.model_of(space)
    return bool(shown) or backend.is_open(source)


def settle(space: Workspace) -> bool:
    """Take what came of it, once it is over; whether something was taken."""
    state = space.opening
    if state.job is None or not state.job.finished:
        return False
    error = state.job.error
    found = state.settle(state.job)
    if found is not None:
        _take(space, state, found)
    elif error is not None and not isinstance(error, Cancelled):
        _refuse(space, state, error)
    return True


def cancel(space: Workspace) -> None:
    """Stop it; what was open before is chosen again, at once."""
    state = space.opening
    if state.job is not None:
        state.job.cancel()
    state.job, state.stopped = None, True
    back(space)


def back(space: Workspace) -> None:
    """Choose what was open before the model that was asked for last."""
    state, before = space.opening, space.opening.before
    state.refusal = None
    if state.new:
        _withdraw(space, state)
    if before is not None and not state.second:
        space.sources[before.title] = before.source
        space.source, space.target = before.title, before.target
        if before.photo in space.photos:
            space.photo = before.photo
    state.new = False
    state.declined = _key(space)


def again(space: Workspace) -> None:
    """Open what is chosen, though it was stopped or has failed."""
    _begin(space, space.source, before=space.opening.last)


def _begin(space: Workspace, title: str, *, before: Choice | None, **what: Any) -> None:
    state = space.opening
    if state.job is not None:
        state.job.cancel()
    state.clear()
    state.title, state.photo, state.before, state.steps = title, space.photo, before, Steps()
    state.new, state.second, state.pending, state.stood = False, False, None, None
    state.proven, state.refusal, state.declined = True, None, None
    for name, value in what.items():
        setattr(state, name, value)
    source, photo = space.sources[title], space.photos[space.photo]
    access, decode, cache = Access(state.turn), decoding.decoding(), known()
    new, proven, steps = state.new, state.proven, state.steps
    kept = space.judged.get(title)

    def work(tick: Progress, cancel: threading.Event) -> Opened:
        access.cancel = cancel

        def enter(step: Step) -> None:
            steps.enter(step)
            tick(STEPS.index(step), len(STEPS))

        told = lambda done, total: enter(loading_step(done))  # noqa: E731
        with access.model(source, progress=told) as held:
            asking = Asking(held, source, cache, cancel, enter, kept)
            return asking.opened(photo, decode, proven=proven, new=new)

    state.begin("opening", work)


def _take(space: Workspace, state: OpeningState, found: Opened) -> None:
    if state.title not in space.sources:
        return  # it was removed meanwhile
    space.sources[state.title] = found.source
    if found.verdict is not None:
        space.verdicts[state.title] = found.verdict
        space.judged[state.title] = Judged(found.verdict, found.question)
    if state.second:
        space.pairing.second = state.title
    if state.pending is not None and space.pending is state.pending:
        space.pending = None


def _refuse(space: Workspace, state: OpeningState, error: XaiError) -> None:
    state.failure, pending = None, state.pending
    if pending is not None:
        pending.refusal = error
        asked(space)
    title, new = state.title, state.new
    if new:
        back(space)
    state.declined = None if new else _key(space)
    if pending is None:
        state.refusal, state.refused = error, title


def _withdraw(space: Workspace, state: OpeningState) -> None:
    """Offer a model no longer that was never opened; what had its title has it again."""
    space.sources.pop(state.title, None)
    if state.stood is not None:
        space.sources[state.title] = state.stood


def _chosen(space: Workspace) -> Choice:
    return Choice(space.source, space.photo, space.sources[space.source], space.target)


def _elsewhere(space: Workspace) -> bool:
    return (space.opening.title, space.opening.photo) != (space.source, space.photo)


def _key(space: Workspace) -> Hashable:
    source = space.sources[space.source]
    return (space.source, file_of(source), source.spec, space.photo)
