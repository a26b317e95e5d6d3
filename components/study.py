"""The study of many pictures: what is explained, start, watch, cancel, go on."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import streamlit as st

from components import backend, problem, progress, visit
from components.job import Job
from components.processes import Access
from components.state import Many, Photo, Source, Workspace
from components.waiting import Turn
from xai_core.comparison import Explainer
from xai_core.errors import Cancelled, XaiError
from xai_core.files import data_folder
from xai_core.peek.digest import digest
from xai_core.study import Methods, Setting, Study, Table, complete
from xai_core.study_run import Subject, conduct
from xai_core.types import Progress

TOP, ONE = "each picture's top class", "one class for all"


def target(space: Workspace) -> None:
    """Draw what is explained in every picture."""
    left, right = st.columns([3, 1], vertical_alignment="bottom")
    rule = left.radio(
        "Class to explain",
        [TOP, ONE],
        index=0 if space.many.target is None else 1,
        key="many-rule",
        persist_state="session",
        horizontal=True,
    )
    if rule == TOP:
        space.many.target = None
        return
    start = space.many.target or 0
    space.many.target = int(
        right.number_input("Class index", 0, None, start, key="many-class", persist_state="session")
    )


def subjects(space: Workspace) -> list[Subject]:
    """The pictures of the study; the same file under two names counts once."""
    photos = [space.photos[name] for name in space.many.photos if name in space.photos]
    found: dict[str, Subject] = {}
    for photo in (*photos, *space.many.uploaded.values()):
        sha256 = _sha256(photo)
        found.setdefault(sha256, Subject(photo.name, photo.path, sha256))
    return list(found.values())


def methods(space: Workspace) -> Methods:
    """The chosen methods with all their parameters."""
    return complete({name: space.parameters(name) for name in space.chosen})


def known(space: Workspace) -> Table | None:
    """What is computed already of what is chosen; None where the model was never opened."""
    source = space.sources[space.source]
    if not space.chosen or not backend.is_open(source):
        return None
    study = _study(space, source)
    return study.table([one.sha256 for one in subjects(space)], methods(space))


def show(space: Workspace, *, key: str) -> None:
    """Draw the button, or the progress of what runs."""
    many = space.many
    if many.job is not None:
        _watch(space, many.job, key)
        return
    if many.failure:
        st.error(problem.plain(many.failure), icon=":material/error:")
    count = len(subjects(space))
    left, right = st.columns([3, 1], vertical_alignment="center")
    table = known(space)
    left.markdown(_state(many, count, table))
    complete_already = table is not None and count > 0 and table.done == count
    if right.button(
        "Go on" if table is not None and 0 < table.done < count else "Compute",
        type="secondary" if complete_already else "primary",
        icon=":material/play_arrow:",
        key=f"{key}-start",
        width="stretch",
        disabled=not (space.chosen and count) or complete_already,
    ):
        start(space)
        st.rerun()


def start(space: Workspace) -> None:
    """Compute what is missing, in a thread."""
    many, source = space.many, space.sources[space.source]
    many.failure, many.stopped, many.turn = None, False, Turn()
    try:
        backend.opened(source)
        study, wanted, pictures = _study(space, source), methods(space), subjects(space)
    except XaiError as error:
        many.failure = str(error)
        return
    access = Access(many.turn)

    @contextmanager
    def borrow() -> Iterator[Explainer]:
        with access.model(source, patient=True) as held:
            yield held.worker

    def work(progress: Progress, cancel: threading.Event) -> dict[str, str]:
        access.cancel = cancel
        return conduct(
            study,
            pictures,
            wanted,
            borrow,
            decode=backend.decoded,
            progress=progress,
            cancel=cancel,
        )

    many.job = job = Job(work)
    visit.current().at_end("study", job.cancel)


def _study(space: Workspace, source: Source) -> Study:
    setting = Setting(
        model_sha256=backend.opened(source).card.sha256,
        options=source.options,
        spec=backend.spec_of(source),
        seed=space.seed,
        recipe=space.recipe,
        target=space.many.target,
    )
    found = space.many.study
    if found is None or found.setting != setting:
        found = space.many.study = Study(setting)
    return found


def _watch(space: Workspace, job: Job[dict[str, str]], key: str) -> None:
    progress.watch(
        job,
        space.many.turn,
        key=key,
        finish=lambda: _finish(space.many, job),
        describe=lambda: _told(space, job),
    )


def _finish(many: Many, job: Job[dict[str, str]]) -> None:
    if many.job is not job:  # another tick was faster
        return
    many.job = None
    if job.result is not None:
        many.refused.update(job.result)
    elif isinstance(job.error, Cancelled):
        many.stopped = True
    elif job.error is not None:
        many.failure = str(job.error)


def _told(space: Workspace, job: Job[dict[str, str]]) -> str:
    table, left = known(space), job.seconds_left
    if table is None:
        return "Starting …"
    time_left = f", about {_duration(left)} left" if left is not None else ""
    return f"{table.done} of {len(subjects(space))} pictures{time_left}"


def _state(many: Many, count: int, table: Table | None) -> str:
    if not count:
        return "Choose pictures first."
    if table is None:
        return f"{count} pictures. What was computed before is not computed again."
    if table.done == count:
        return f"All {count} pictures are computed."
    cancelled = "Cancelled. " if many.stopped else ""
    if table.done == 0:
        return f"{cancelled}{count} pictures, none of them computed."
    return f"{cancelled}{table.done} of {count} pictures are computed and kept."


def _duration(seconds: float) -> str:
    return f"{max(1, round(seconds))} s" if seconds < 100 else f"{round(seconds / 60)} min"


def _sha256(photo: Photo) -> str:
    uploaded = photo.path.parent == data_folder() / "pictures"
    return photo.path.name if uploaded else digest(photo.path).sha256
