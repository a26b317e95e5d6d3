"""An engine whose worker is in this process, and remembers what it was asked."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, cast

import pytest

from tests.studies.study_process import InProcess
from xai_core.pictures.preprocessing import InputSpec, Prepared, open_picture, prepare
from xai_core.pictures.raster import Raster
from xai_core.pictures.region import as_text, of_picture
from xai_core.scores.measurement import Measurement
from xai_core.studies.engines.base import Crew, Engine, Staff
from xai_core.studies.host.exchange import Chunk, Outcome
from xai_core.studies.host.host import Host
from xai_core.studies.host.processes import Processes
from xai_core.studies.host.task import Task
from xai_core.studies.jobs import driver
from xai_core.studies.jobs.plan import Plan
from xai_core.studies.shards.keys import Keys
from xai_core.worker.process.budget import Budget


class Counting(InProcess):
    """A worker; `measured` holds the metrics of each map."""

    def __init__(self) -> None:
        super().__init__()
        self.measured: list[list[str]] = []

    def measure_many(self, *args: Any, **call: Any) -> tuple[Measurement, ...]:
        self.measured.append([name for name, *_ in args[2]])
        return super().measure_many(*args, **call)

    def close(self) -> None:
        """As of `Worker`."""


class Decoding:
    """What a decoder offers, without the process."""

    def prepared(self, path: Path, spec: InputSpec) -> Prepared:
        return prepare(open_picture(path, spec), spec)

    def look(self, path: Path, spec: InputSpec) -> Raster:
        return open_picture(path, spec)

    def mask(self, path: Path, size: tuple[int, int], spec: InputSpec) -> str:
        return as_text(of_picture(open_picture(path), size, spec))

    def close(self) -> None:
        """As of `Decoder`."""


class Here(Crew):
    """A host that answers at once."""

    workers = 1

    def __init__(self, host: Host) -> None:
        self._host = host
        self._ended: list[Outcome] = []

    def hand(self, chunk: Chunk) -> None:
        self._ended.append(self._host.compute(chunk))

    def outcomes(self, seconds: float) -> Sequence[Outcome]:
        found, self._ended = self._ended, []
        return found

    def close(self) -> None:
        self._host.close()


class InThisProcess(Engine):
    """The host of all engines, on a worker that counts."""

    name, title, summary = "local", "Here", "Here."

    def __init__(self) -> None:
        self.worker = Counting()

    def start(self, task: Task, known: Keys, staff: Staff) -> Crew:
        both = cast(Processes, type("Both", (), {"worker": self.worker, "decoder": Decoding()}))
        return Here(Host(task, known, Budget(2**30), both))


def run(plan: Plan, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Counting:
    """The worker of a job that has ended."""
    engine = InThisProcess()
    monkeypatch.setattr(driver, "ENGINES", {"local": engine})
    driver.run_job(plan, folder)
    return engine.worker
