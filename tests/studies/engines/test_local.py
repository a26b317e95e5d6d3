"""Workers of this machine: what falls to whom, and where the model is opened."""

from __future__ import annotations

import json
import threading
from pathlib import Path
from typing import Any, cast

import pytest

from tests.studies.jobs.tiny import make, rows
from xai_core.base.errors import WorkerError
from xai_core.cli.main import main
from xai_core.studies.engines import local
from xai_core.studies.engines.base import Staff
from xai_core.studies.engines.local import LocalCrew
from xai_core.studies.host.exchange import Chunk, Outcome
from xai_core.studies.host.host import Host
from xai_core.studies.host.shares import shares_of
from xai_core.studies.host.task import Task
from xai_core.studies.shards.keys import Keys
from xai_core.worker.host import Worker
from xai_core.worker.process.budget import Budget
from xai_core.worker.process.forked import Forks


class Busy:
    """A host that is at a chunk until everybody is at one."""

    def __init__(self, together: threading.Barrier) -> None:
        self.computed, self.closed, self._together = 0, False, together

    def compute(self, chunk: Chunk) -> Outcome:
        self.computed += 1
        self._together.wait(10)
        return Outcome(chunk)

    def close(self) -> None:
        self.closed = True


def test_where_one_worker_cannot_start_the_others_end(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[Busy] = []

    def host(*_: object) -> Busy:
        if made:
            raise WorkerError("no process is left")
        made.append(Busy(threading.Barrier(1)))
        return made[0]

    monkeypatch.setattr(local, "Host", host)
    with pytest.raises(WorkerError):
        local.Local().start(cast(Task, None), Keys(), Staff(workers=2))
    assert made[0].closed


def test_few_chunks_fall_to_many_workers() -> None:
    hosts = [Busy(together := threading.Barrier(2)), Busy(together)]
    with LocalCrew(cast(list[Host], hosts)) as crew:
        for number in range(2):
            crew.hand(Chunk(number, ()))
        found = []
        while len(found) < 2:
            found += crew.outcomes(10)
    assert len(found) == 2
    assert [one.computed for one in hosts] == [1, 1]


def test_the_process_that_a_study_was_planned_with_computes_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    opened, plain, ahead = [], Worker.load, []
    order = Forks.order

    def load(worker: Worker, *args: Any, **more: Any) -> Any:
        opened.append(worker)
        return plain(worker, *args, **more)

    def told(forks: Forks, given: dict[str, Any], pipes: tuple[int, ...] = ()) -> bool:
        ahead.append(given.get("ahead"))
        return order(forks, given, pipes)

    monkeypatch.setattr(Worker, "load", load)
    monkeypatch.setattr(Forks, "order", told)
    make(tmp_path, 3)
    spec = json.dumps({"height": 16, "width": 16, "resize": 16})
    asked = ["--method", "saliency", "--spec", spec, "--keep", str(tmp_path / "kept")]
    words = ["study", str(tmp_path / "net.pt"), str(tmp_path / "pictures"), *asked]
    assert main([*words, "--workers", "1", "--maps", "all"]) == 0, capsys.readouterr().err
    assert "maps of 3 of 3 pictures are kept" in capsys.readouterr().out
    assert len(list((tmp_path / "kept" / "maps").glob("*.npy"))) == 3
    assert len(rows(tmp_path / "kept")) == 3
    assert len(opened) == 1
    assert not opened[0].alive
    assert True not in ahead, "a study's workers need nothing that others may"


def test_libraries_are_imported_ahead_for_all_but_studies() -> None:
    assert Budget(2**30).ahead
    assert not any(one.ahead for one in shares_of(2))
