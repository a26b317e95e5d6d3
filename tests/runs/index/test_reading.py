"""Very many runs without a row are read beside what people do, and nothing waits for them."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.runs.index.simulated import simulated
from tests.runs.small import small_run
from xai_core.base.errors import XaiError
from xai_core.runs.index import database, reading, rows, syncing
from xai_core.runs.index.queries import RunFilter
from xai_core.runs.store import RunStore

MINE, RUNS = RunFilter(""), 40


class Gate:
    """Lets some runs be read, and the others when it is opened."""

    def __init__(self, few: int) -> None:
        self.opened, self.reached, self.left = threading.Event(), threading.Event(), few

    def row_of(self, folder: Path) -> rows.Row | None:
        self.left -= 1
        if self.left < 0:
            self.reached.set()
            assert self.opened.wait(60)
        return rows.row_of(folder)


@pytest.fixture
def gate(monkeypatch: pytest.MonkeyPatch) -> Iterator[Gate]:
    gate = Gate(few=10)
    monkeypatch.setattr(syncing, "AT_ONCE", 5)
    monkeypatch.setattr(reading, "BATCH", 5)
    monkeypatch.setattr(reading, "row_of", gate.row_of)
    yield gate
    gate.opened.set()


def test_a_list_is_there_and_runs_are_kept_while_others_are_read(
    tmp_path: Path, gate: Gate
) -> None:
    store = RunStore(tmp_path)
    (tmp_path / ".index").mkdir()
    earlier = tmp_path / ".index" / "0123456789ab-1.sqlite"
    earlier.write_text("the index of an earlier version")
    names = {simulated(tmp_path, number) for number in range(RUNS)}
    assert store.unread() > 0
    assert gate.reached.wait(60)
    assert store.page(MINE).total == 10
    assert store.unread() == RUNS - 10
    store.cap = 1
    saved = store.save(small_run())  # the oldest is not known: none goes
    assert store.page(MINE).total == 11
    store.delete(unread := next(iter(names - {one.id for one in store.page(MINE).entries})))
    gate.opened.set()
    store.tidy()
    assert store.unread() == 0
    assert {one.id for one in store.entries()} == {*names, saved} - {unread}
    files = [file for file in tmp_path.glob("[!.]*/*") if file.is_file()]
    assert store.used() == sum(file.stat().st_size for file in files)
    assert earlier.exists()
    with pytest.raises(XaiError, match="not kept"):
        store.save(small_run())


def test_what_must_know_all_runs_waits_and_two_servers_read_each_once(
    tmp_path: Path, gate: Gate
) -> None:
    facts = {"model_sha256": "m", "picture_sha256": "p"}
    for number in range(RUNS):
        name = simulated(tmp_path, number, **facts)
        (tmp_path / name / "label.json").write_text('{"pinned": true}')
    first = RunStore(tmp_path)
    first.unread()
    assert gate.reached.wait(60)
    found: list[set[Path]] = []
    waiting = threading.Thread(target=lambda: found.append(first.pinned_files()))
    waiting.start()
    database._databases.clear()
    gate.left = 10**6
    second = RunStore(tmp_path)  # of another process, as far as it knows
    assert len(second.entries()) == RUNS
    assert not found
    gate.opened.set()
    waiting.join()
    assert found == [{tmp_path.parent / "models" / "m", tmp_path.parent / "pictures" / "p"}]
    assert first.page(MINE).total == second.page(MINE).total == RUNS


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_what_a_killed_server_has_not_read_is_read_by_the_next(
    tmp_path: Path, gate: Gate, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = {simulated(tmp_path, number) for number in range(RUNS)}
    store = RunStore(tmp_path)
    store.unread()
    assert gate.reached.wait(60)
    saved = store.save(small_run())  # it is not a reason to take the rows for complete
    with monkeypatch.context() as patch:
        patch.setattr(reading.writing, "add", None)  # it comes to that no more
        gate.opened.set()
        reading.wait(store._index._database)
    database._databases.clear()
    again = RunStore(tmp_path)
    assert {one.id for one in again.entries()} == {*names, saved}
    assert again.page(MINE).total == RUNS + 1
