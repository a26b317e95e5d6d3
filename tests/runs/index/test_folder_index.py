"""The index beside kept runs: it follows the folders, whoever writes them, and is never missed."""

from __future__ import annotations

import errno
import json
import os
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.runs.index.simulated import simulated
from tests.runs.small import small_run
from xai_core.base.errors import XaiError
from xai_core.base.storage import mounts
from xai_core.base.storage.atomic import write_text
from xai_core.runs.index import database, syncing
from xai_core.runs.index.queries import MOST, RunFilter
from xai_core.runs.store import RunStore

ROOT = Path(__file__).parents[3]
MINE = RunFilter("")
OTHER_SERVER = """
import sys
from pathlib import Path
from tests.runs.small import small_run
from xai_core.runs.index.queries import RunFilter
from xai_core.runs.store import RunStore
store = RunStore(Path(sys.argv[1]))
store.delete(sys.argv[2])
store.change(sys.argv[3], tags=("theirs",))
print(store.save(small_run(3)), store.page(RunFilter("")).total)
"""


@pytest.fixture
def store(tmp_path: Path) -> RunStore:
    return RunStore(tmp_path / "runs")


def listed(store: RunStore, wanted: RunFilter = MINE) -> list[str]:
    return [one.id for one in store.page(wanted).entries]


def another_server(store: RunStore) -> RunStore:
    """One that has opened nothing yet."""
    database._databases.clear()
    return RunStore(store.folder)


def index_of(store: RunStore) -> Path:
    (found,) = (store.folder / ".index").glob("*.sqlite")
    return found


def test_the_work_on_files_does_not_grow_with_the_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(syncing, "AGAIN", 5)
    counts = []
    for runs in (800, 1600):  # each list has a whole page
        store = RunStore(tmp_path / str(runs))
        for number in range(runs):
            simulated(store.folder, number)
        store.tidy()
        assert store.page(MINE).total == runs
        touched: list[object] = []
        with monkeypatch.context() as patch:
            for owner, name in ((os, "stat"), (os, "listdir"), (Path, "open"), (Path, "glob")):
                call = counted(getattr(owner, name), store.folder, touched)
                patch.setattr(owner, name, call)
            store.save(small_run())
            assert len(store.page(MINE).entries) == 20
            assert store.page(RunFilter("", words=f"wafer-{runs - 1:06d} FUSION")).total == 1
            assert store.page(RunFilter("", tags=("lot-3",))).total == min(MOST, -(-runs // 40))
            assert len(store.tags(MINE)) == 40
        counts.append(len(touched))
    assert counts[0] > 60
    assert counts[1] <= 1.1 * counts[0]


def counted(
    call: Callable[..., object], folder: Path, touched: list[object]
) -> Callable[..., object]:
    """It notes its calls below a folder: whatever else runs in this process looks at files, too."""

    def counting(*given: object, **named: object) -> object:
        if os.fsdecode(given[0]).startswith(os.fspath(folder)):
            touched.append(given[0])
        return call(*given, **named)

    return counting


def test_a_list_is_its_owners_and_is_searched(store: RunStore) -> None:
    ann = [simulated(store.folder, number, owner="ann") for number in range(30)]
    ben = simulated(store.folder, 99, owner="ben", model="secret\ud800.pt")
    broken = simulated(store.folder, 5, owner="ann", target={})
    (store.folder / broken / "run.json").write_text("{")
    simulated(store.folder, 7, owner="cem", attributions=[["no", "name"]])
    wanted = RunFilter("ann")
    assert listed(store, wanted) == ann[:9:-1]
    assert [one.id for one in store.page(wanted, 20).entries] == ann[9::-1]
    assert listed(store, RunFilter("ann", words="secret")) == []
    linked = RunFilter("ann", linked=frozenset({ben, ann[0], "none"}))
    assert listed(store, linked)[0] == ben
    assert store.page(linked).total == 31
    assert store.tags(linked) == tuple(sorted({f"lot-{n}" for n in (*range(30), 19)}))
    assert listed(store, RunFilter("ben", words="SECRET net")) == []
    assert store.page(RunFilter("ann", words="guided")).total == 0
    assert listed(store, RunFilter("ann", words="SmoothGrad 0007")) == [ann[7]]
    assert store.page(RunFilter("ann", studies=True)).total == 0
    assert store.page(RunFilter("cem")).total == 1
    assert {one.id for one in store.entries()} >= {*ann, ben}
    assert store.largest(wanted) == max(store.entry(name).size for name in ann)


def test_another_server_is_seen_and_sees(store: RunStore) -> None:
    names = [store.save(small_run(seed)) for seed in range(2)]
    words = [sys.executable, "-c", OTHER_SERVER, str(store.folder), *names]
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True)
    new, total = done.stdout.split()
    assert int(total) == 2
    assert set(listed(store)) == {names[1], new}
    assert listed(store, RunFilter("", tags=("theirs",))) == [names[1]]
    assert store.tags(MINE) == ("theirs",)


def test_a_server_without_an_index_is_seen(store: RunStore) -> None:
    kept = store.save(small_run())
    came = [simulated(store.folder, number) for number in range(3)]
    assert set(listed(store)) == {kept, *came}
    (store.folder / came[0]).rename(store.folder.parent / "gone")
    assert set(listed(store)) == {kept, *came[1:]}
    label = json.loads((store.folder / kept / "label.json").read_text())
    write_text(store.folder / kept / "label.json", json.dumps({**label, "tags": ["new"]}))
    assert listed(store, RunFilter("", tags=("new",))) == [kept]
    write_text(store.folder / kept / "label.json", json.dumps({**label, "pinned": True}))
    assert kept not in {one.id for one in store.would_delete(store.cap)}


def test_a_kill_between_a_label_and_its_row_is_found_again(store: RunStore) -> None:
    name = store.save(small_run())
    with store._index.changing() as change:
        change.of(name)
        write_text(store.folder / name / "label.json", json.dumps({"tags": ["late"]}))
        change.done = lambda db: None  # type: ignore[method-assign] - it comes to that no more
    found = another_server(store)
    assert listed(found, RunFilter("", tags=("late",))) == [name]


def cut(file: Path) -> None:
    os.truncate(file, file.stat().st_size // 2)


def without_tables(file: Path) -> None:
    with sqlite3.connect(file) as db:
        db.execute("DROP TABLE tags")


def with_foreign_rows(file: Path) -> None:
    with sqlite3.connect(file) as db:
        db.execute("UPDATE runs SET facts = '[]', stamp = stamp")


BREAKS: dict[str, Callable[[Path], object]] = {
    "gone": lambda file: file.unlink(),
    "empty": lambda file: file.write_bytes(b""),
    "another file": lambda file: file.write_bytes(b"no database " * 2000),
    "cut": cut,
    "without a table": without_tables,
    "rows of another kind": with_foreign_rows,
}


@pytest.mark.parametrize("what", BREAKS)
@pytest.mark.parametrize("running", [True, False])
def test_a_broken_index_is_made_again(store: RunStore, what: str, running: bool) -> None:
    names = {store.save(small_run(seed)) for seed in range(3)}
    if not running:
        for one in database._databases.values():
            one.close()
        store = another_server(store)
    BREAKS[what](index_of(store))
    assert set(listed(store)) == names
    names.add(store.save(small_run(4)))
    assert set(listed(store)) == names == {one.id for one in store.entries()}
    assert {one.id for one in another_server(store).page(MINE).entries} == names


def test_without_a_file_for_the_index_the_folders_are_read(
    store: RunStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.folder.mkdir()
    (store.folder / ".index").write_text("in the way")
    name = store.save(small_run())
    store.change(name, tags=("a",))
    assert listed(store, RunFilter("", tags=("a",))) == [name]
    (store.folder / ".index").unlink()
    monkeypatch.setattr(database, "PATIENCE", 0.05)
    store = another_server(store)
    assert listed(store) == [name]
    with sqlite3.connect(index_of(store)) as other:
        other.execute("BEGIN EXCLUSIVE")
        second = store.save(small_run(1))
        assert set(listed(store)) == {name, second}
        other.rollback()
    assert set(listed(another_server(store))) == {name, second}


def test_a_disk_of_another_machine_is_known(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = (
        "1 0 0:1 / / rw - ext4 /dev/a rw",
        f"2 1 0:2 / {tmp_path}/a\\040b rw shared:1 - nfs4 host:/x rw",
        f"3 2 0:3 / {tmp_path}/a\\040b/c rw - xfs /dev/b rw",
    )
    (tmp_path / "mounts").write_text("\n".join(lines))
    monkeypatch.setattr(mounts, "MOUNTS", tmp_path / "mounts")
    places = ("a b/runs", "a b/c/runs", "a", ".")
    assert [mounts.on_network(tmp_path / place) for place in places] == [True, False, False, False]


@pytest.mark.parametrize("file", ["run.json", "label.json"])
def test_what_cannot_be_read_for_a_moment_is_read_again(
    store: RunStore, monkeypatch: pytest.MonkeyPatch, file: str
) -> None:
    name = store.save(small_run(), owner="ann")
    store.change(name, pinned=True)
    os.utime(store.folder / name / "label.json", ns=(1, 1))
    new = simulated(store.folder, 1, owner="ann")
    with monkeypatch.context() as patch:
        patch.setattr(Path, "read_text", failing(Path.read_text, file))
        assert store.page(RunFilter("ann")).total == 0
        assert store.would_delete(store.cap) == ()
        if file == "label.json":
            with pytest.raises(XaiError, match=r"Too many open files\. Try again"):
                store.change(name, tags=("a",))
    assert set(listed(store, RunFilter("ann"))) == {name, new}
    assert store.entry(name).label.pinned


def test_a_folder_that_cannot_be_listed_for_a_moment_is_listed_again(
    store: RunStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = store.save(small_run())
    new = simulated(store.folder, 1)
    with monkeypatch.context() as patch:
        patch.setattr(os, "listdir", failing(os.listdir, store.folder.name))
        assert listed(store) == [name]
    assert set(listed(store)) == {name, new}


def failing(call: Callable[..., object], name: str) -> Callable[..., object]:
    """As where too many files are open, for those of one name."""

    def opening(place: Path, *given: object, **named: object) -> object:
        if Path(place).name == name:
            raise OSError(errno.EMFILE, os.strerror(errno.EMFILE))
        return call(place, *given, **named)

    return opening


def test_room_is_made_of_runs_that_all_have_changed(store: RunStore) -> None:
    names = [store.save(small_run(seed)) for seed in range(10)]
    store.cap = 3 * store.used() // 10
    for name in names:  # a copy that was put back has other times
        os.utime(store.folder / name / "label.json", ns=(1, 1))
    kept = store.save(small_run(10))
    assert listed(store)[0] == kept
    assert store.used() <= store.cap
