"""An engine without processes, and a job that it runs."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest

from tests.studies.jobs.tiny import BROKEN
from xai_core.studies.engines.base import Crew, Engine, Staff
from xai_core.studies.entry import QUANTILES
from xai_core.studies.host.exchange import Chunk, Outcome
from xai_core.studies.host.task import Task
from xai_core.studies.jobs import driver
from xai_core.studies.jobs.plan import Plan
from xai_core.studies.shards import Row, key_of
from xai_core.studies.shards.keys import Keys


class Here(Crew):
    """Answers at once; `deed` may do something else first, for each chunk."""

    def __init__(self, task: Task, known: Keys, deed: Callable[[Chunk], Outcome | None]) -> None:
        self.workers, self._task, self._known, self._deed = 2, task, known, deed
        self._ended: list[Outcome] = []
        self.computed: list[str] = []

    def hand(self, chunk: Chunk) -> None:
        self._ended.append(self._deed(chunk) or self._answer(chunk))

    def outcomes(self, seconds: float) -> Sequence[Outcome]:
        found, self._ended = self._ended, []
        return found

    def close(self) -> None:
        self._ended = []

    def _answer(self, chunk: Chunk) -> Outcome:
        found, known = [], 0
        for one in chunk.pictures:
            if int(one.name[:3]) in BROKEN:
                found.append(Row.refused(one.name.encode().hex(), one.name, "broken"))
                continue
            picture = hashlib.sha256(one.name.encode()).hexdigest()
            missing = {
                name: given
                for name, given in self._task.methods.items()
                if key_of(self._task.setting.key, picture, name, given) not in self._known
            }
            known += not missing
            self.computed += [one.name] * bool(missing)
            curve = np.linspace(3, 1, len(QUANTILES)).astype(np.float32)
            found += [
                Row(picture, one.name, name, given, target=1, raw=3.0, curve=curve)
                for name, given in missing.items()
            ]
        return Outcome(chunk, tuple(found), known)


class Fake(Engine):
    """Remembers its crews."""

    name, title, summary = "local", "Fake", "Fake."

    def __init__(self, deed: Callable[[Chunk], Outcome | None] = lambda chunk: None) -> None:
        self.deed, self.crews = deed, list[Here]()

    def start(self, task: Task, known: Keys, staff: Staff) -> Crew:
        self.crews.append(Here(task, known, self.deed))
        return self.crews[-1]


def run(
    plan: Plan,
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    deed: Callable[[Chunk], Outcome | None] = lambda chunk: None,
) -> Fake:
    """The engine of a job that has ended."""
    engine = Fake(deed)
    monkeypatch.setattr(driver, "ENGINES", {"local": engine})
    driver.run_job(plan, folder)
    return engine
