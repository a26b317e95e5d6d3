"""Caps for a session and for the disk; what is deleted, and what never."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path

import pytest

from xai_core.base.errors import InputError
from xai_core.base.limits import MB, Limits
from xai_core.base.storage.files import keep, keep_code
from xai_core.base.storage.quota import Storage
from xai_core.runs.store import RunStore

HOUR = 3600.0


@pytest.fixture(autouse=True)
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("PEDESTAL_DATA", str(tmp_path))
    return tmp_path


def storage(**limits: float) -> Storage:
    return Storage(Limits(workers=1, **limits), RunStore().pinned_files)


def take(store: Storage, user: str, data: bytes, area: str = "models") -> Path:
    return store.take(user, len(data), lambda: keep(data, area))


def aged(path: Path, hours: float) -> Path:
    then = time.time() - hours * HOUR
    os.utime(path, (then, then))
    return path


def test_a_session_holds_so_many_files_and_no_more() -> None:
    store = storage(session_files=2)
    first = take(store, "ann", b"1")
    take(store, "ann", b"2")
    with pytest.raises(InputError, match="at most 2 uploaded files"):
        take(store, "ann", b"3")
    take(store, "ben", b"3")
    store.drop("ann", first)
    take(store, "ann", b"4")
    assert len(store.held("ann")) == 2


def test_an_upload_waits_for_the_list_of_pinned_runs_only_where_room_is_short() -> None:
    asked: list[int] = []

    def pinned() -> set[Path]:
        asked.append(1)
        return set()

    store = Storage(Limits(workers=1, disk_megabytes=1, keep_hours=1), pinned)
    old = aged(take(store, "ann", b"old"), 2)
    store.drop("ann", old)
    take(store, "ben", b"2")
    assert old.exists()
    assert not asked
    take(store, "ben", b"3" * (MB - 2))
    assert asked
    assert not old.exists()


def test_a_session_holds_so_many_bytes_and_no_more() -> None:
    store = storage(session_megabytes=1)
    take(store, "ann", b"1" * (MB // 2))
    with pytest.raises(InputError, match="at most 1 MB"):
        take(store, "ann", b"2" * (MB // 2 + 1))
    take(store, "ann", b"3" * (MB // 2))
    assert sum(item.size for item in store.held("ann")) == MB


def test_what_nobody_uses_is_deleted_after_its_time_and_what_is_used_stays() -> None:
    store = storage(keep_hours=1)
    used, left = take(store, "ann", b"used"), take(store, "ben", b"left", "pictures")
    for path in (used, left):
        aged(path, 2)
    store.leave("ben")
    assert left.exists()  # its time begins when the last one leaves
    aged(left, 2)
    store.sweep()
    assert used.exists()
    assert not left.exists()


def test_beyond_the_cap_the_oldest_that_nobody_uses_go_first() -> None:
    store = storage(disk_megabytes=3)
    paths = [take(store, "ann", bytes([number]) * MB) for number in range(3)]
    for hours, path in zip((5, 9, 7), paths, strict=True):
        aged(path, hours)
    store.leave("ann")
    for hours, path in zip((5, 9, 7), paths, strict=True):
        aged(path, hours)
    store.hold("ben", paths[1])  # the oldest, but in use
    new = take(store, "ben", b"n" * MB)
    assert [path.exists() for path in (*paths, new)] == [True, True, False, True]


def test_where_all_is_in_use_an_upload_is_refused_and_nothing_is_lost() -> None:
    store = storage(disk_megabytes=1)
    mine = take(store, "ann", b"1" * (MB // 2))
    with pytest.raises(InputError, match="no more room"):
        take(store, "ben", b"2" * MB)
    assert mine.exists()
    assert [path.name for path in mine.parent.iterdir()] == [mine.name]
    assert store.held("ben") == ()


def test_the_files_of_a_pinned_run_stay(data: Path) -> None:
    store = storage(keep_hours=1)
    model, other = keep(b"model", "models"), keep(b"other", "models")
    picture = keep(b"picture", "pictures")
    for folder, text, pinned in (
        ("1" * 22, json.dumps({"model_sha256": model.name, "picture_sha256": picture.name}), True),
        ("2" * 22, json.dumps({"model_sha256": other.name, "picture_sha256": other.name}), False),
        ("3" * 22, "{", True),
    ):
        (data / "runs" / folder).mkdir(parents=True)
        (data / "runs" / folder / "run.json").write_text(text)
        (data / "runs" / folder / "label.json").write_text(json.dumps({"pinned": pinned}))
    for path in (model, other, picture):
        aged(path, 2)
    store.sweep()
    assert [path.exists() for path in (model, picture, other)] == [True, True, False]


def test_python_files_are_held_and_deleted_as_one_folder() -> None:
    store = storage(keep_hours=1)
    paths: list[Path] = []

    def write() -> Path:
        paths.extend(keep_code({"a.py": b"1", "b.py": b"2"}))
        return paths[0]

    store.take("ann", 2, write)
    assert [item.size for item in store.held("ann")] == [2]
    aged(paths[0].parent, 2)
    store.sweep()
    assert all(path.exists() for path in paths)
    store.leave("ann")
    aged(paths[0].parent, 2)
    store.sweep()
    assert not paths[0].parent.exists()


def test_files_of_the_program_are_not_uploads(tmp_path_factory: pytest.TempPathFactory) -> None:
    store = storage()
    own = tmp_path_factory.mktemp("program") / "model.pt"
    own.write_bytes(b"own")
    store.hold("ann", own)
    assert store.held("ann") == ()
    store.drop("ann", own)
    store.leave("ann")
    assert own.exists()


def test_what_is_gone_is_not_counted() -> None:
    store = storage(session_files=1)
    take(store, "ann", b"1").unlink()
    assert store.held("ann") == ()
    take(store, "ann", b"2")
