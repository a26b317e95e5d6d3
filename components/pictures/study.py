"""The study of many pictures: what is explained, start, watch, cancel, go on."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence

import streamlit as st

from components.maps import progress
from components.maps.tiles import title_of
from components.pictures import maps_choice, sheet
from components.pictures.choice import known, methods, study_of, subjects
from components.pictures.computing import Computing, by_job
from components.runs import study_link
from components.session import backend, decoding, kept_runs, problem, text
from components.session.jobs import time_left
from components.session.jobs.job import Job, Reports
from components.session.jobs.keeper import Keeper
from components.session.layout import own_place
from components.session.processes import Access
from components.session.state import chosen as chosen_methods
from components.session.state.workspace import StudyState, Workspace
from xai_core.base.errors import XaiError
from xai_core.studies.computation import Place, Subject, filled
from xai_core.studies.result import StudyResult
from xai_core.studies.store import Table


@own_place
def show(space: Workspace, *, key: str) -> None:
    """Draw the button, or the progress of what runs."""
    study_state = space.study_state
    if study_state.job is not None:
        _watch(space, study_state.job, key)
        return
    if study_state.failure:
        st.error(problem.plain(study_state.failure), icon=":material/error:")
    count = len(subjects(space))
    left, right = st.columns([3, 1], vertical_alignment="center")
    table = known(space)
    left.markdown(problem.plain(_state(study_state, count, table)))
    complete_already = table is not None and count > 0 and table.done == count
    label = "Go on" if table is not None and 0 < table.done < count else "Compute"
    if complete_already and table is not None and maps_choice.lacking(space, table):
        complete_already, label = False, "Keep the maps"
    lacking = _lacking(space, count, complete_already)
    if progress.start_button(right, label, key=key, first=not complete_already, lacking=lacking):
        start(space)
        st.rerun()


def start(space: Workspace) -> None:
    """Compute what is missing: in a thread, a large study in a process of its own."""
    study_state, source = space.study_state, space.sources[space.source]
    study_state.clear()
    try:
        backend.opened(source)
        study, wanted, pictures = study_of(space, source), methods(space), subjects(space)
        draft, kept = sheet.draft(space), _kept(space)
    except XaiError as error:
        study_state.failure = str(error)
        return
    access, decode, truth = Access(study_state.turn), decoding.decoding(), decoding.truths()
    keeper = study_state.keeper = Keeper(
        kept_runs.store(), kept_runs.owner(), space.verdicts.get(space.source)
    )
    asked = maps_choice.wanted(space)

    def at(place: Place) -> None:
        study_state.place = place

    computing = Computing(access, decode, truth, source, study, pictures, wanted, at)

    def work(progress: Reports[dict[str, str]], cancel: threading.Event) -> dict[str, str]:
        access.cancel = cancel
        maps = maps_choice.files_of(study) if asked else None
        refused = computing.scores(progress, cancel, maps if asked.everything else None)
        found = _whole(filled(draft, study, refused))
        if kept is None:  # before maps of a second pass, which may fail
            paths = {one.sha256: one.path for one in pictures}
            keeper.keep(sheet.pictured(found, paths, decode))
        there = [one for one in pictures if one.name not in refused]
        chosen = maps_choice.pointed_at(study, there, wanted, asked, draft.quantile)
        if maps is not None and chosen:
            progress.restart()
            study_state.mapping, study_state.place = len(chosen), None
            computing.maps_of(chosen, maps, progress, cancel)
        return refused

    study_state.place, study_state.mapping = None, 0
    study_state.begin("study", work)


def _kept(space: Workspace) -> str | None:
    """The id of what is chosen, where all of it is computed and kept: only maps are lacking."""
    found = sheet.on_screen(space)
    if found is None or found.table.done < len(found.pictures):
        return None
    return study_link.kept_as(space, found)


def _whole(found: StudyResult) -> StudyResult:
    """This, where every picture is computed that was not refused. Raises `XaiError`."""
    if found.table.done < len(found.pictures):
        raise XaiError(
            f"Of {len(found.pictures)} pictures only {found.table.done} are computed.",
            "Start it again: it computes the others.",
        )
    return found


def _watch(space: Workspace, job: Job[dict[str, str]], key: str) -> None:
    progress.watch(
        space.study_state,
        job,
        key=key,
        finish=lambda refused: _finish(space.study_state, refused),
        describe=lambda: _told(space, job),
    )


def _finish(study_state: StudyState, refused: Mapping[str, str]) -> None:
    study_state.refused.update(refused)
    if study_state.keeper is not None and study_state.keeper.failure:
        study_state.failure = study_state.keeper.failure


def _told(space: Workspace, job: Job[dict[str, str]]) -> str:
    study_state, table = space.study_state, known(space)
    place, mapping = study_state.place, study_state.mapping
    if table is None:
        return "Starting …"
    pictures, left = subjects(space), job.seconds_left
    if mapping:
        total = text.counted(job.total, "picture" if by_job(pictures) else "sample")
        parts = [f"Maps of {text.counted(mapping, 'picture')}: {job.done} of {total}"]
    else:
        total = text.counted(len(pictures), "picture")
        parts = [f"{table.done} of {total}", *_at(place, pictures, job.done)]
    if left is not None:
        parts.append(time_left.told(left))
    return ", ".join(parts)


def _at(place: Place | None, pictures: Sequence[Subject], done: int) -> list[str]:
    named = {one.sha256: one.name for one in pictures}
    if place is None or place.pictures[0] not in named:
        return []
    through = min(max(0, done - place.before), place.samples)
    count = f": {through} of {place.samples} samples" if place.samples > 1 else ""
    return [f"{_of_methods(place)} of {_of_pictures(place, named)}{count}"]


def _of_methods(place: Place) -> str:
    first, *others = place.methods
    return f"{len(place.methods)} methods" if others else title_of(first)


def _of_pictures(place: Place, named: Mapping[str, str]) -> str:
    first, *others = place.pictures
    return f"{len(place.pictures)} pictures" if others else named[first]


def _state(study_state: StudyState, count: int, table: Table | None) -> str:
    if not count:
        return "Choose pictures first."
    pictures = text.counted(count, "picture")
    if table is None:
        return f"{pictures}. What was computed before is not computed again."
    if table.done == count:
        return f"All {pictures} are computed." if count > 1 else "The picture is computed."
    cancelled = "Cancelled. " if study_state.stopped else ""
    if table.done == 0:
        return f"{cancelled}{pictures}, {'none of them' if count > 1 else 'not'} computed."
    return f"{cancelled}{table.done} of {pictures} are computed and kept."


def _lacking(space: Workspace, count: int, complete: bool) -> str | None:
    if not count:
        return "Choose pictures first."
    if told := chosen_methods.lacking(space):
        return told
    return "All pictures are computed. Add one, or another method." if complete else None
