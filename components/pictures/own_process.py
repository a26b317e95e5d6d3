"""A large study of the page, computed by a job in a process of its own."""

from __future__ import annotations

import csv
import hashlib
import io
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from components.session.settings import limits
from components.session.state.workspace import Source
from xai_core.base.errors import Cancelled, XaiError
from xai_core.base.progress import Progress
from xai_core.base.storage.files import write_whole
from xai_core.studies.computation import Subject
from xai_core.studies.host.shares import own_cores, shares_of
from xai_core.studies.jobs.handle import JobHandle, start_job
from xai_core.studies.jobs.lock import is_held
from xai_core.studies.jobs.plan import Plan
from xai_core.studies.jobs.status import Status
from xai_core.studies.shards import Shards
from xai_core.studies.store import Methods, Study

MANY = 100  # pictures from which a process of its own pays: it opens the model once more
LOOK = 0.3  # seconds between two looks at how far it is

_only = threading.Lock()  # of the server: its limits are for one job


def compute(
    study: Study,
    source: Source,
    pictures: Sequence[Subject],
    methods: Methods,
    progress: Progress,
    cancel: threading.Event,
    maps: tuple[str, ...] = (),
) -> dict[str, str]:
    """As `conduct`, by a job in the study's folder, once no other one computes.

    Args:
        progress: in pictures. maps: which are kept, as `Plan` has it.

    Raises:
        Cancelled: as asked; what is finished is kept. XaiError: the job has failed.
    """

    def look(done: int) -> None:
        if cancel.is_set():
            raise Cancelled
        progress(min(done, len(pictures)), len(pictures))

    with _turn(study.folder, look):
        plan = replace(_plan(study, source, pictures, methods), maps=maps)
        handle = start_job(plan, study.folder)
        found = _watched(handle, look)
    if found.state == "cancelled":
        raise Cancelled
    if found.state != "done":
        raise XaiError(found.error or "The computation was interrupted.", "Start it again.")
    return _refused(study, pictures, methods)


@contextmanager
def _turn(folder: Path, look: Callable[[int], None]) -> Iterator[None]:
    """While this job is the only one: a stranger's is waited for, and never cancelled."""
    while True:
        look(0)
        if _only.acquire(timeout=LOOK):
            try:
                if not is_held(folder):
                    yield
                    return
            finally:
                _only.release()
            time.sleep(LOOK)


def _watched(handle: JobHandle, look: Callable[[int], None]) -> Status:
    while not (found := handle.wait(LOOK)).over:
        try:
            look(found.done)
        except Cancelled:
            handle.cancel()
            handle.wait(60.0)
            raise
    return found


def _refused(study: Study, pictures: Sequence[Subject], methods: Methods) -> dict[str, str]:
    """Why pictures of one's own lack a score, by name: strangers' lie in the same folder."""
    study.names.update({one.sha256: one.name for one in pictures})
    study.look_again()
    lacking = {
        one.sha256: one.name
        for one in pictures
        if not all(study.knows(one.sha256, name, given) for name, given in methods.items())
    }
    names, found = set(lacking.values()), dict[str, str]()
    for sha256, name, cause in Shards(study.folder).refusals():
        if sha256 in lacking:
            found[lacking[sha256]] = cause
        elif not sha256 and name in names:
            found.setdefault(name, cause)
    return found


def _plan(study: Study, source: Source, pictures: Sequence[Subject], methods: Methods) -> Plan:
    text = io.StringIO()
    rows = csv.writer(text)
    rows.writerow(["path", "name", "mask"])
    rows.writerows(
        [str(one.path.absolute()), one.name, one.mask and str(one.mask.absolute())]
        for one in pictures
    )
    listed = text.getvalue().encode()
    place = study.folder / f"pictures-{hashlib.sha256(listed).hexdigest()[:16]}.csv"
    write_whole(place, listed)
    return Plan(
        model=source.path.absolute(),
        name=source.file,
        setting=study.setting,
        where=str(place.absolute()),
        methods=methods,
        pace=study.pace,
        workers=_workers(),
        trusted=study.setting.options.trust,
    )


def _workers() -> int:
    """Half the cores at most, since others look at their maps meanwhile."""
    most = (own_cores() // 2, int(limits().workers), len(shares_of()))
    return max(1, min(most))
