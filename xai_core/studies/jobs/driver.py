"""Runs a job: chunks to the workers, rows to the shards, whatever dies on the way."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path

from xai_core.base.errors import Cancelled, InputError, XaiError
from xai_core.base.storage.files import writing
from xai_core.studies.chunk import chunk_size
from xai_core.studies.engines.base import ENGINES, Crew, Staff
from xai_core.studies.host.processes import Processes
from xai_core.studies.host.task import Task
from xai_core.studies.jobs.lock import held
from xai_core.studies.jobs.loop import Count, Loop, chunks
from xai_core.studies.jobs.plan import Plan
from xai_core.studies.jobs.result import facts_now
from xai_core.studies.jobs.retries import Retries
from xai_core.studies.jobs.status import Reporter, Status, read_status
from xai_core.studies.jobs.wanted_maps import WantedMaps
from xai_core.studies.jobs.writer import MANY, Writer
from xai_core.studies.reuse.adoption import Adoption
from xai_core.studies.reuse.donors import set_aside
from xai_core.studies.shards import Description, Shards
from xai_core.studies.shards.earlier import rows_of_earlier
from xai_core.studies.shards.keys import Keys
from xai_core.studies.sources import Listed

CANCEL = "cancel"  # a file of this name in the folder stops the job, from any machine


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
        set_aside(folder, first)
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
    adoption = Adoption(shards, plan.setting, known)
    task = replace(task, coverage=adoption.coverage)
    count = Count(task.source)
    with (
        Writer(shards, known, adoption.completed) as writer,
        WantedMaps(plan, task, folder) as maps,
        ENGINES[plan.engine].start(task, known, staff) as crew,
    ):
        reporter.update(workers=crew.workers)
        passes = _Passes(task, crew, writer, maps, reporter, folder, progress, Retries(task))
        first = passes.over(task.source.pictures(), maps.wanted, count)
        count.wait()
        reporter.update(total=first.done, **first.told())
        writer.flush()
        passes.over(maps.second(), lambda name: True)
        reporter.update(**maps.told())


@dataclass(frozen=True)
class _Passes:
    """Passes over pictures by the same workers. progress: as of `run_job`."""

    task: Task
    crew: Crew
    writer: Writer
    maps: WantedMaps
    reporter: Reporter
    folder: Path
    progress: Callable[[Status], None] | None
    retries: Retries

    def over(
        self,
        pictures: Iterable[Listed],
        mapped: Callable[[str], bool],
        count: Count | None = None,
    ) -> Loop:
        """One pass. mapped: whether a picture's maps are kept. count: of all pictures, where they
        are all. Raises `Cancelled`.
        """
        size = chunk_size(self.task.methods, self.task.setting.spec.shape)
        parts = chunks(pictures, size, mapped)
        loop = Loop(parts, self.crew, self.writer, self.retries, self.maps.take)
        while loop.step():
            self.writer.flush_if_due()
            told = {} if count is None else {"total": count.total, **loop.told()}
            self.reporter.update(deaths=self.retries.deaths, **self.maps.told(), **told)
            if self.progress is not None:
                self.progress(self.reporter.status)
            if (self.folder / CANCEL).exists():
                raise Cancelled
        return loop


def _take_over(folder: Path, shards: Shards, known: Keys) -> None:
    """Write what the version before has computed in this folder, as shards."""
    rows = rows_of_earlier(folder)
    while block := list(islice(rows, MANY)):
        fresh = {row.key(shards.key): row for row in block if row.key(shards.key) not in known}
        shards.write(list(fresh.values()))
        for key in fresh:
            known.add(key)
