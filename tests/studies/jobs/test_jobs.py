"""A job: what it keeps, what it computes again, what it says; by an engine without processes."""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from tests.studies.jobs.tiny import BROKEN, make, rows, written
from xai_core import open_study
from xai_core.attribution.methods.base import METHODS
from xai_core.base.errors import Cancelled, InputError, ModelError, WorkerError, XaiError
from xai_core.base.parameters import kept
from xai_core.base.storage.lock import lock_file
from xai_core.cli.main import main
from xai_core.cli.study.summary import summary_text
from xai_core.models.formats.base import LoadOptions
from xai_core.studies.engines.base import Crew, Engine, Staff
from xai_core.studies.entry import QUANTILES
from xai_core.studies.host.exchange import Chunk, Outcome
from xai_core.studies.host.task import Task
from xai_core.studies.jobs import driver, lock, writer
from xai_core.studies.jobs import status as status_file
from xai_core.studies.jobs.handle import JobHandle
from xai_core.studies.jobs.lock import held, is_held
from xai_core.studies.jobs.plan import Plan, read_plan
from xai_core.studies.jobs.status import Reporter, read_status, told
from xai_core.studies.records import named
from xai_core.studies.shards import Description, Row, Shards, key_of
from xai_core.studies.shards.keys import Keys
from xai_core.studies.store import complete
from xai_core.worker.decoding import Decoder


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


@pytest.fixture(scope="module")
def plan(tmp_path_factory: pytest.TempPathFactory) -> Plan:
    return make(tmp_path_factory.mktemp("tiny"))


def run(
    plan: Plan,
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    deed: Callable[[Chunk], Outcome | None] = lambda chunk: None,
) -> Fake:
    engine = Fake(deed)
    monkeypatch.setattr(driver, "ENGINES", {"local": engine})
    driver.run_job(plan, folder)
    return engine


def test_it_keeps_every_row_once_and_opens_as_a_study(
    plan: Plan, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(plan, tmp_path / "a", monkeypatch)
    status = read_status(tmp_path / "a")
    assert (status.state, status.done, status.total, status.broken) == ("done", 40, 40, 2)
    assert "done: 40 of 40 pictures, 2 of them refused" in list(told(status))
    assert written(tmp_path / "a") == len(rows(tmp_path / "a")) == 38 * 2 + 2
    found = open_study(tmp_path / "a")
    assert (found.table.done, len(found.refused)) == (38, 2)
    assert found.pictures[0].name == "000.png"
    assert found.created
    again = run(plan, tmp_path / "a", monkeypatch)
    assert again.crews[0].computed == [], "nothing twice"
    more = {**plan.methods, "smoothgrad": {"m": 3}}
    run(replace(plan, methods=more), tmp_path / "a", monkeypatch)
    assert len(rows(tmp_path / "a")) == 38 * 3 + 2, "another method computes what is new"


def test_a_picture_that_came_later_is_not_told_as_left_out(
    plan: Plan, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = Shards.begin(tmp_path, Description.of(plan.setting))
    first.write([Row.refused("", "000.png", "There is no file."), Row.refused("", "x", "No.")])
    run(plan, tmp_path, monkeypatch)
    found = open_study(tmp_path)
    assert "000.png" in [one.name for one in found.pictures]
    assert set(found.refused) == {"007.png", "023.png", "x"}


def test_rows_from_before_a_parameter_was_added_are_in_the_study(
    plan: Plan, tmp_path: Path
) -> None:
    now = complete({"grad-cam": {}})
    before = kept(METHODS["grad-cam"].Parameters, now["grad-cam"])
    shards = Shards.begin(tmp_path, Description.of(plan.setting))
    shards.write([Row("a" * 64, "a.png", "grad-cam", before, raw=1.0)])
    shards.write([Row("b" * 64, "b.png", "grad-cam", now["grad-cam"], raw=2.0)])
    for methods in (now, {"grad-cam": before}):
        replace(plan, methods=methods).write(tmp_path)
        assert [one.name for one in open_study(tmp_path).pictures] == ["a.png", "b.png"]


def test_a_dead_worker_costs_its_chunk_and_a_deadly_picture_only_itself(
    plan: Plan, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: Counter[str] = Counter()

    def deed(chunk: Chunk) -> Outcome | None:
        seen.update(one.name for one in chunk.pictures)
        deadly = any(one.name == "012.png" for one in chunk.pictures)
        return Outcome(chunk, died="Segfault.") if deadly else None

    run(plan, tmp_path, monkeypatch, deed)
    status = read_status(tmp_path)
    assert (status.done, status.deaths, status.broken) == (40, 3, 3)
    (given_up,) = (row for row in rows(tmp_path).values() if row.name == "012.png")
    assert "ended its worker twice. Segfault." in (given_up.cause or "")
    assert given_up.picture, "named by its bytes: another name does not try it again"
    assert given_up.kind == "lost"
    assert open_study(tmp_path).refused.keys() == {"007.png", "012.png", "023.png"}
    assert max(seen.values()) == 3
    assert set(seen.values()) <= {1, 2, 3}
    again = run(plan, tmp_path, monkeypatch)
    assert again.crews[0].computed == ["012.png"], "it may have been the lack of memory"
    assert open_study(tmp_path).refused.keys() == {"007.png", "023.png"}
    assert Shards(tmp_path).refused().keys() == {"007.png", "023.png"}


def test_a_model_that_always_dies_ends_the_job(
    plan: Plan, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(WorkerError, match=r"one after the other\. Out of memory"):
        run(plan, tmp_path, monkeypatch, lambda chunk: Outcome(chunk, died="Out of memory."))
    assert read_status(tmp_path).state == "failed"
    failure = ModelError("It needs code.", code="missing-code").to_dict()
    with pytest.raises(ModelError, match="needs code"):
        run(plan, tmp_path, monkeypatch, lambda chunk: Outcome(chunk, failure=failure))


def test_a_job_goes_on_with_what_the_version_before_has_computed(
    plan: Plan, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(driver, "MANY", 3)
    for number in range(5):
        picture = hashlib.sha256(f"{number + 10:03d}.png".encode()).hexdigest()
        for method, given in plan.methods.items():
            entry = Row(picture, "", target=1, raw=3.0, curve=np.ones(len(QUANTILES))).entry
            told = {"method": method, "parameters": given, **entry.to_dict()}
            (tmp_path / f"{named(picture, method, given)}.json").write_text(json.dumps(told))
    engine = run(plan, tmp_path, monkeypatch)
    assert not {f"{number:03d}.png" for number in range(10, 15)} & set(engine.crews[0].computed)
    assert written(tmp_path) == len(rows(tmp_path)) == 38 * 2 + 2
    run(plan, tmp_path, monkeypatch)
    assert written(tmp_path) == 38 * 2 + 2, "taken over once"


def test_a_cancel_and_an_error_keep_what_is_finished(
    plan: Plan, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(driver, "chunk_size", lambda *_: 2)
    monkeypatch.setattr(writer, "MANY", 1)

    def stop(chunk: Chunk) -> None:
        if chunk.number == 6:
            driver.ask_to_stop(tmp_path)

    with pytest.raises(Cancelled):
        run(plan, tmp_path, monkeypatch, stop)
    assert read_status(tmp_path).state == "cancelled"
    kept = len(rows(tmp_path))
    assert 0 < kept < 40

    def full(chunk: Chunk) -> None:
        if chunk.number == 15:
            monkeypatch.setattr(Shards, "write", no_room)

    with pytest.raises(XaiError, match="disk is full"):
        run(plan, tmp_path, monkeypatch, full)
    assert read_status(tmp_path).error.startswith("The server's disk is full")
    assert kept < len(rows(tmp_path)) < 78
    monkeypatch.undo()
    run(plan, tmp_path, monkeypatch)
    assert written(tmp_path) == len(rows(tmp_path)) == 38 * 2 + 2


def no_room(shards: Shards, rows: Sequence[Row]) -> None:
    if rows:
        raise XaiError("The server's disk is full.")


def test_one_job_at_a_time_and_one_study_in_a_folder(
    plan: Plan, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(plan, tmp_path, monkeypatch)
    for name in ("pread", "pwrite"):  # as on Windows
        monkeypatch.delattr(os, name, raising=False)
    with held(tmp_path):
        assert is_held(tmp_path)
        with pytest.raises(InputError, match=r"being computed already by process \d+ on"):
            run(plan, tmp_path, monkeypatch)
    assert not is_held(tmp_path)
    other = replace(plan, setting=replace(plan.setting, seed=4))
    with pytest.raises(InputError, match="of another study: seed 3, not 4"):
        run(other, tmp_path, monkeypatch)
    with pytest.raises(InputError, match="nothing to stop"):
        driver.ask_to_stop(tmp_path)


def test_a_killed_job_is_interrupted_on_a_disk_of_another_machine(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def as_on_nfs(handle: int) -> bool | None:
        return lock_file(handle) if fcntl.fcntl(handle, fcntl.F_GETFL) & os.O_RDWR else None

    monkeypatch.setattr(lock, "lock_file", as_on_nfs)
    Reporter(tmp_path, "local")
    with held(tmp_path):
        assert read_status(tmp_path).state == "running"
    assert read_status(tmp_path).state == "interrupted"
    monkeypatch.setattr(lock, "lock_file", lambda handle: None)
    assert read_status(tmp_path).state == "running", "without locks nobody can tell"
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    assert JobHandle(tmp_path, process).status().state == "interrupted"


def test_a_status_that_goes_while_it_is_read_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    Reporter(tmp_path, "local")
    monkeypatch.setattr(
        status_file, "is_held", lambda folder: bool((folder / status_file.NAME).unlink())
    )
    with pytest.raises(InputError, match="No study was computed"):
        read_status(tmp_path)


def test_a_plan_comes_back_without_trust(plan: Plan, tmp_path: Path) -> None:
    (tmp_path / "own.py").write_text("x = 1")
    options = LoadOptions(code=(tmp_path / "own.py",), trust=True, output="['aux']")
    trusted = replace(plan, setting=replace(plan.setting, options=options), trusted=True)
    trusted.write(tmp_path)
    assert '"trust": true' not in (tmp_path / "job.json").read_text()
    back = read_plan(tmp_path)
    with pytest.raises(InputError, match="Give --trust again"):
        back.with_trust(False)
    assert back.with_trust(True) == trusted


def test_a_decoder_shares_its_workers_cores() -> None:
    from xai_core.worker.process.budget import Budget

    budget = Budget(2**30, cores=3, gpu="GPU-1")
    assert budget.settings == {
        "OMP_NUM_THREADS": "3",
        "MKL_NUM_THREADS": "3",
        "CUDA_VISIBLE_DEVICES": "GPU-1",
    }
    decoder = Decoder(budget)
    try:
        assert decoder._connection.budget.settings == budget.settings
    finally:
        decoder.close()


def test_the_command_goes_on_says_how_far_it_is_and_is_interrupted(
    plan: Plan,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def interrupt(chunk: Chunk) -> None:
        if chunk.number == 6:
            raise KeyboardInterrupt

    def said(*words: str) -> tuple[int, str]:
        return main(["study", *words]), capsys.readouterr().out

    (tmp_path / "file").touch()
    words = ("net.pt", str(tmp_path), "--method", "saliency", "--keep", str(tmp_path / "file"))
    assert said(*words)[0] == 2, "a file is no folder"
    plan.write(tmp_path)
    assert said("--status", str(tmp_path))[0] == 2, "nobody has computed it yet"
    monkeypatch.setattr(driver, "chunk_size", lambda *_: 2)
    monkeypatch.setattr(driver, "ENGINES", {"local": Fake(interrupt)})
    assert said("--resume", str(tmp_path))[0] == 130
    assert said("--status", str(tmp_path))[1].startswith("cancelled: ")
    monkeypatch.setattr(driver, "ENGINES", {"local": Fake()})
    code, out = said("--resume", str(tmp_path), "--json")
    found = json.loads(out)
    assert (code, found["pictures"], len(found["refused"])) == (0, 38, 2)
    assert found["statistics"]["means"][0]["interval"]
    told = json.loads(said("--status", str(tmp_path), "--json")[1])
    assert (told["state"], told["done"], told["broken"]) == ("done", 40, 2)
    assert "left out: 007.png, 023.png: broken" in said("--resume", str(tmp_path))[1]
    refused = [Row.refused("", f"{n}.png", f"There is no file {n}.") for n in range(30)]
    Shards(tmp_path).write(refused)
    lines = list(summary_text(tmp_path, 0.2))
    assert sum(line.startswith("left out: ") for line in lines) == 20
    assert "and 11 more causes, see --json" in lines
