"""A study without a model, in a process that may be killed: its rows are made up at once."""

from __future__ import annotations

import errno
import hashlib
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import numpy as np
import pyarrow.parquet  # noqa: F401 - by whoever forks: a process that is killed begins at once

from xai_core.base.errors import XaiError
from xai_core.base.input_spec import InputSpec
from xai_core.base.storage.files import writing
from xai_core.models.formats.base import LoadOptions
from xai_core.studies.engines.base import ENGINES as ENGINES
from xai_core.studies.engines.base import Crew, Engine, Staff
from xai_core.studies.entry import QUANTILES
from xai_core.studies.host.exchange import Chunk, Outcome
from xai_core.studies.host.task import Task
from xai_core.studies.jobs import driver, writer
from xai_core.studies.jobs.plan import Plan
from xai_core.studies.setting import Setting
from xai_core.studies.shards import Row, files, key_of
from xai_core.studies.shards.keys import Keys
from xai_core.studies.store import complete

METHODS = complete({"saliency": {}, "guided-backprop": {}})
SETTING = Setting("0" * 64, LoadOptions(), InputSpec())


class Quick(Engine):
    """Needs no process, and says at once what is there."""

    name, title, summary = "quick", "Quick", "Rows that are made up."

    def start(self, task: Task, known: Keys, staff: Staff) -> Crew:
        return QuickCrew(task, known)


class QuickCrew(Crew):
    workers = 2

    def __init__(self, task: Task, known: Keys) -> None:
        self._task, self._known = task, known
        self._ended: list[Outcome] = []

    def hand(self, chunk: Chunk) -> None:
        rows, known = [], 0
        curve = np.linspace(3, 1, len(QUANTILES)).astype(np.float32)
        for one in chunk.pictures:
            picture = hashlib.sha256(one.name.encode()).hexdigest()
            fresh = [
                Row(picture, one.name, name, given, target=1, raw=3.0, curve=curve)
                for name, given in self._task.methods.items()
                if key_of(self._task.setting.key, picture, name, given) not in self._known
            ]
            known += not fresh
            rows += fresh
        self._ended.append(Outcome(chunk, tuple(rows), known))

    def outcomes(self, seconds: float) -> Sequence[Outcome]:
        found, self._ended = self._ended, []
        return found

    def close(self) -> None:
        self._ended = []


def compute(pictures: Path, folder: Path, shards_before_the_disk_is_full: int = -1) -> None:
    """The study to its end, with shards every twentieth of a second, so that a kill meets one."""
    if "quick" not in ENGINES.names():
        ENGINES.register(Quick)
    writer.EVERY, writer.FILES = 0.05, 8
    if shards_before_the_disk_is_full >= 0:
        _fill_the_disk_after(shards_before_the_disk_is_full)
    plan = Plan(Path("net.pt"), "net.pt", SETTING, str(pictures), METHODS, engine="quick")
    with suppress(XaiError):
        driver.run_job(plan, folder)


def _fill_the_disk_after(count: int) -> None:
    plain, written = files.write_bytes, 0

    def write(path: Path, data: bytes) -> None:
        nonlocal written
        written += 1
        if written > count:
            with writing():
                raise OSError(errno.ENOSPC, "No space left on device")
        plain(path, data)

    files.write_bytes = write
