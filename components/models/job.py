"""The action that computes two models: start, watch, cancel; both results are kept as runs."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Hashable, Mapping
from dataclasses import dataclass

import streamlit as st

from components.maps import progress
from components.methods import compute
from components.session import backend, decoding, kept_runs, problem
from components.session.jobs.keeper import Keeper
from components.session.layout import own_place
from components.session.processes import Access, file_of, known
from components.session.state import chosen
from components.session.state.pair import PairState
from components.session.state.workspace import Source, Workspace
from xai_core.attribution.result import Attribution
from xai_core.base.errors import XaiError
from xai_core.base.progress import Progress, SharedProgress
from xai_core.compare import kept
from xai_core.compare.common_class import check_common_class, classes_of
from xai_core.compare.comparison import ModelPair, Side, examine
from xai_core.runs.computation import Request, costs


@dataclass(frozen=True)
class _Half:
    """What one side needs. question: names its verdict among what is known."""

    source: Source
    request: Request
    question: Hashable
    known: Mapping[str, Attribution]


@own_place
def show(space: Workspace, *, key: str) -> None:
    """Draw the button, or the progress of what runs."""
    pairing, job = space.pairing, space.pairing.job
    if job is not None:
        progress.watch(pairing, job, key=key, finish=lambda pair: _finish(pairing, pair))
        return
    progress.ended(pairing)
    if pairing.unkept:
        st.warning(problem.plain(pairing.unkept), icon=":material/save:")
    stale = not up_to_date(space)
    left, right = st.columns([3, 1], vertical_alignment="center")
    left = left.empty()  # what waits takes the place of what is told: nothing below moves
    left.markdown(_state(space, stale))
    text = "Compute" if stale else "Compute again"
    lacking = None if space.chosen else chosen.NONE
    if pairing.second in (None, space.source):
        lacking = _state(space, stale)
    if progress.start_button(right, text, key=key, first=stale, lacking=lacking):
        with left.container():
            start(space, again=not stale)
        st.rerun()


def up_to_date(space: Workspace) -> bool:
    """Whether the pair on screen is of what is chosen."""
    return space.pairing.pair is not None and space.pairing.asked == _asked(space)


def start(space: Workspace, *, again: bool = False) -> None:
    """Compute both, in a thread. `again` computes also what is known."""
    pairing = space.pairing
    pairing.clear()
    pairing.unkept = None
    try:
        halves = [_half(space, title, again) for title in (space.source, str(pairing.second))]
        spec = backend.spec_of(space.sources[space.source])
        size = decoding.size_of(space.photos[space.photo].path, spec)
    except XaiError as error:
        pairing.failure = str(error)
        return
    store, owner = kept_runs.store(), kept_runs.owner()
    own_class = pairing.own_class
    access = Access(pairing.turn)

    def work(tick: Progress, cancel: threading.Event) -> ModelPair:
        access.cancel = cancel
        if not own_class:
            _check(access, halves, cancel)
        parts = SharedProgress(
            {str(n): sum(costs(half.request).values()) for n, half in enumerate(halves)}, tick
        )
        sides: list[Side] = []
        for number, half in enumerate(halves):
            like = sides[0] if sides and not own_class else None
            sides.append(_side(access, half, size, like, parts.of(str(number)), cancel))
        keepers = [Keeper(store, owner, side.verdict) for side in sides]
        for side, keeper in zip(sides, keepers, strict=True):
            keeper.keep(side.run, kept.beside(side))
            pairing.unkept = pairing.unkept or keeper.failure
        first, second = (keeper.id for keeper in keepers)
        pairing.job_ids = (first, second) if first and second else None
        return ModelPair(*sides)

    pairing.job_asked = _asked(space)
    pairing.begin("pair", work)


def _half(space: Workspace, title: str, again: bool) -> _Half:
    source, photo = space.sources[title], space.photos[space.photo]
    request = compute.request_of(space, title)
    pair = space.pairing.pair
    runs = [space.run, *([pair.first.run, pair.second.run] if pair else [])]
    found: dict[str, Attribution] = {}
    for run in runs if not again else []:
        if compute.same_input(run, request):
            found |= run.attributions
    return _Half(source, request, backend.verdict_question(source, photo), found)


def _check(access: Access, halves: list[_Half], cancel: threading.Event) -> None:
    """Whether both have the class, before anybody waits for a map. Raises `InputError`."""
    seen = []
    for half in halves:
        with access.model(half.source) as held:
            seen.append(classes_of(held.worker, half.request, cancel))
    first, second = halves
    check_common_class((first.request, second.request), (seen[0], seen[1]))


def _side(
    access: Access,
    half: _Half,
    size: tuple[int, int],
    like: Side | None,
    tick: Progress | None,
    cancel: threading.Event,
) -> Side:
    inputs = half.request.prepared.inputs
    with access.model(half.source) as held:
        verdict = known().get(
            (file_of(half.source), half.question),
            lambda: held.worker.assess(
                inputs, cancel=cancel, proof_limit=half.source.proof_seconds
            ),
        )
        return examine(
            held.worker,
            access,
            half.request,
            size,
            like=like,
            known=half.known,
            verdict=verdict,
            progress=tick,
            cancel=cancel,
        )


def _asked(space: Workspace) -> str:
    """A hash of all that the result depends on, the same after a restart of the server."""
    settings = tuple((name, *sorted(space.parameters(name).items())) for name in space.chosen)
    titles = (space.source, space.pairing.second)
    sources = tuple(repr(space.sources.get(str(title))) for title in titles)
    photo = space.photos[space.photo]
    drawn = (settings, space.seed, space.autocast)
    told = repr((sources, photo, space.target, space.pairing.own_class, *drawn))
    return hashlib.sha256(told.encode()).hexdigest()


def _state(space: Workspace, stale: bool) -> str:
    pairing = space.pairing
    if pairing.opened:
        return "On screen is a kept comparison. *Compute* compares what is chosen above instead."
    if pairing.second is None:
        return "Choose a second model, or open one."
    if pairing.second == space.source:
        return "Choose two different models."
    if pairing.pair is None:
        return "Both models explain the same picture by the same methods, parameters and seed."
    if stale:
        return ":material/sync: The choice has changed since this was computed."
    return "Both results are kept as runs."


def _finish(pairing: PairState, pair: ModelPair) -> None:
    pairing.pair, pairing.asked, pairing.opened = pair, pairing.job_asked, False
    pairing.ids, pairing.job_ids = pairing.job_ids, None
