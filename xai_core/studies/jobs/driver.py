"""Runs a job: chunks to the workers, rows to the shards, whatever dies on the way."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import islice
from pathlib import Path

from xai_core.base.errors import Cancelled, InputError, XaiError
from xai_core.base.storage.files import writing
from xai_core.studies.chunk import chunk_size
from xai_core.studies.engines.base import ENGINES, Crew, Staff
from xai_core.studies.host.exchange import Chunk, Outcome
from xai_core.studies.host.processes import Processes
from xai_core.studies.host.task import Task
from xai_core.studies.jobs.lock import held
from xai_core.studies.jobs.plan import Plan
from xai_core.studies.jobs.result import facts_now
from xai_core.studies.jobs.retries import Retries
from xai_core.studies.jobs.status import Reporter, Status, read_status
from xai_core.studies.jobs.writer import MANY, Writer
from xai_core.studies.shards import Description, Shards
from xai_core.studies.shards.earlier import rows_of_earlier
from xai_core.studies.shards.keys import Keys
from xai_core.studies.sources import Source

CANCEL = "cancel"  # a file of this name in the folder stops the job, from any machine
LOOK = 0.25  # seconds between two looks at it


def run_job(
    plan: Plan,
    folder: Path,
    progress: Callable[[Status], None] | None = None,
    begun: Processes | None = None,
) -> Status:
    """Compute what is missing of a study in its folder, which keeps all that is finished.

    Args:
        plan: may run, see `Plan.with_trust`. progress: told a few times a second; may raise.
        begun: as `Staff` has it.

    Raises:
        Cancelled: as the folder's `cancel` file asks. KeyboardInterrupt: as it came.
        InputError: the folder is of another study, or is being computed already.
        XaiError: no worker can go on, or the disk is full; says `failed` in the status, too.
    """
    with held(folder):
        (folder / CANCEL).unlink(missing_ok=True)
        first = Description.of(plan.setting, plan.pace, **facts_now())
        shards = Shards.begin(folder, first)
        shards.description.tell(folder, model=plan.name, methods=plan.methods)
        plan.write(folder)
        reporter = Reporter(folder, plan.engine)
        try:
            _compute(plan, folder, shards, reporter, progress, begun)
        except (Cancelled, KeyboardInterrupt):
            reporter.end("cancelled")
            raise
        except XaiError as error:
            reporter.end("failed", str(error))
            raise
        except BaseException as error:
            reporter.end("failed", f"{type(error).__name__}: {error}")
            raise
        return reporter.end("done")


def ask_to_stop(folder: Path) -> None:
    """Let the job in a folder stop within about a second; what is finished is kept.

    Raises:
        InputError: none runs there. XaiError: the disk cannot be written.
    """
    if read_status(folder).over:
        raise InputError(f"No study is being computed in {folder}.", "There is nothing to stop.")
    with writing():
        (folder / CANCEL).touch()


def _compute(
    plan: Plan,
    folder: Path,
    shards: Shards,
    reporter: Reporter,
    progress: Callable[[Status], None] | None,
    begun: Processes | None,
) -> None:
    known, task = shards.known(), replace(plan.task(), folder=folder.absolute())
    staff = Staff(plan.workers, plan.address, begun)
    _take_over(folder, shards, known)
    count = _Count(task.source)
    with (
        Writer(shards, known) as writer,
        ENGINES[plan.engine].start(task, known, staff) as crew,
    ):
        loop = _Loop(task, crew, writer, Retries(task))
        reporter.update(workers=crew.workers)
        while loop.step():
            writer.flush_if_due()
            reporter.update(
                done=loop.done,
                total=count.total,
                new=loop.new,
                broken=loop.broken,
                deaths=loop.retries.deaths,
            )
            if progress is not None:
                progress(reporter.status)
            if (folder / CANCEL).exists():
                raise Cancelled
        count.wait()
        reporter.update(done=loop.done, total=loop.done, new=loop.new, broken=loop.broken)


def _take_over(folder: Path, shards: Shards, known: Keys) -> None:
    """Write what the version before has computed in this folder, as shards."""
    rows = rows_of_earlier(folder)
    while block := list(islice(rows, MANY)):
        fresh = {row.key(shards.key): row for row in block if row.key(shards.key) not in known}
        shards.write(list(fresh.values()))
        for key in fresh:
            known.add(key)


class _Loop:
    """Keeps every worker busy, and takes what they give."""

    def __init__(self, task: Task, crew: Crew, writer: Writer, retries: Retries) -> None:
        self._chunks = _chunks(task)
        self._crew, self._writer, self.retries = crew, writer, retries
        self._under_way = 0
        self.done = self.new = self.broken = 0

    def step(self) -> bool:
        """Hand out and take in; False once everything is through."""
        while self._under_way < self._crew.workers * self._crew.hands:
            chunk = self.retries.next() or next(self._chunks, None)
            if chunk is None:
                break
            self._crew.hand(chunk)
            self._under_way += 1
        if not self._under_way:
            return False
        for outcome in self._crew.outcomes(LOOK):
            self._under_way -= 1
            self._take(self.retries.judged(outcome))
        return True

    def _take(self, outcome: Outcome) -> None:
        pictures = len(outcome.chunk.pictures)
        self._writer.add(outcome.rows)
        self.done += pictures
        self.new += pictures - outcome.known
        self.broken += sum(row.kind != "score" for row in outcome.rows) + outcome.refused


def _chunks(task: Task) -> Iterator[Chunk]:
    size = chunk_size(task.methods, task.setting.spec.shape)
    pictures = task.source.pictures()
    number = 0
    while part := tuple(islice(pictures, size)):
        yield Chunk(number, part)
        number += 1


class _Count:
    """Counts the pictures of a source in a thread of its own, while they are computed."""

    def __init__(self, source: Source) -> None:
        self.total: int | None = None
        self._source = source
        self._thread = threading.Thread(target=self._run, name="study-count", daemon=True)
        self._thread.start()

    def wait(self, seconds: float = 1.0) -> None:
        """For the end of it, at most so long."""
        self._thread.join(seconds)

    def _run(self) -> None:
        try:
            self.total = sum(1 for _ in self._source.pictures())
        except XaiError:
            return  # who computes them meets the same error, and says it
