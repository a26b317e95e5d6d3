"""A large study of the page, computed by a job in a process of its own."""

from __future__ import annotations

import csv
import io
import threading
from collections.abc import Sequence
from dataclasses import replace

from components.session.state.workspace import Source
from xai_core.base.errors import Cancelled, XaiError
from xai_core.base.progress import Progress
from xai_core.base.storage.files import write_whole
from xai_core.studies.computation import Subject
from xai_core.studies.host.shares import own_cores
from xai_core.studies.jobs.handle import JobHandle, start_job
from xai_core.studies.jobs.lock import is_held
from xai_core.studies.jobs.plan import Plan
from xai_core.studies.jobs.status import Status
from xai_core.studies.shards import Shards
from xai_core.studies.store import Methods, Study

MANY = 100  # pictures from which a process of its own pays: it opens the model once more
LIST = "pictures.csv"
LOOK = 0.3  # seconds between two looks at how far it is


def compute(
    study: Study,
    source: Source,
    pictures: Sequence[Subject],
    methods: Methods,
    progress: Progress,
    cancel: threading.Event,
) -> dict[str, str]:
    """As `conduct`, by a job in the study's folder; one that runs there already is watched.

    Args:
        progress: in pictures.

    Raises:
        Cancelled: as asked; what is finished is kept. XaiError: the job has failed.
    """
    if is_held(study.folder):
        handle = JobHandle(study.folder)
    else:
        handle = start_job(_plan(study, source, pictures, methods), study.folder)
    found = _watched(handle, len(pictures), progress, cancel)
    if found.state == "cancelled":
        raise Cancelled
    if found.state != "done":
        raise XaiError(found.error or "The computation was interrupted.", "Start it again.")
    wanted = {one.name for one in pictures}
    refused = Shards(study.folder).refused()
    return {name: why for name, why in refused.items() if name in wanted}


def _watched(handle: JobHandle, total: int, progress: Progress, cancel: threading.Event) -> Status:
    while not (found := handle.wait(LOOK)).over:
        if cancel.is_set():
            handle.cancel()
            return replace(handle.wait(60.0), state="cancelled")
        try:
            progress(min(found.done, total), total)
        except Cancelled:
            handle.cancel()
            handle.wait(60.0)
            raise
    return found


def _plan(study: Study, source: Source, pictures: Sequence[Subject], methods: Methods) -> Plan:
    text = io.StringIO()
    rows = csv.writer(text)
    rows.writerow(["path", "name"])
    rows.writerows([str(one.path.absolute()), one.name] for one in pictures)
    write_whole(study.folder / LIST, text.getvalue().encode())
    return Plan(
        model=source.path.absolute(),
        name=source.file,
        setting=study.setting,
        where=str(study.folder / LIST),
        methods=methods,
        pace=study.pace,
        workers=max(1, own_cores() // 2),  # others look at their maps meanwhile
        trusted=study.setting.options.trust,
    )
