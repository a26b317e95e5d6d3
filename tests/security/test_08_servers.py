"""What dead programs left is cleared, what living ones hold stays, and a folder has one server."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from components.session import server as server_module
from xai_core.base.errors import InputError, XaiError
from xai_core.base.storage import drafts, owner
from xai_core.base.storage.atomic import remove, whole_folder, write_text
from xai_core.base.storage.drafts import DELETED, DRAFT, LONG, clear_drafts
from xai_core.base.storage.files import keep, keep_code, write_whole
from xai_core.base.storage.lock import Lock
from xai_core.base.storage.owner import NAME, check_data_folder, own_data_folder
from xai_core.base.storage.quota import AREAS, STUDIES
from xai_core.cli.main import main
from xai_core.runs.index.database import AREA
from xai_core.runs.store import RunStore
from xai_core.worker.process import folder as folders
from xai_core.worker.process.folder import PREFIX, UNLOCKED, Folder, clear

ROOT = Path(__file__).parents[2]
SERVER = """
import sys, tempfile, time
sys.path[:0] = [{root!r}]
from pathlib import Path
from xai_core.base.storage.atomic import whole_folder
from xai_core.base.storage.owner import own_data_folder
from xai_core.worker.process.folder import Folder
own_data_folder()
folder = Folder()
(folder.path / "home").mkdir()
with whole_folder(Path({data!r}) / "runs" / "one") as draft:
    (draft / "half").write_text("x")
    print("ready", flush=True)
    time.sleep(600)
"""


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The data folder, and a folder of temporary files beside it."""
    for name in ("data", "tmp"):
        (tmp_path / name).mkdir()
    monkeypatch.setenv("PEDESTAL_DATA", str(tmp_path / "data"))
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "tmp"))
    yield tmp_path / "data"
    for handle in owner._held.values():
        os.close(handle)
    owner._held.clear()


@contextmanager
def another(data: Path) -> Iterator[subprocess.Popen[str]]:
    """A program that owns the data folder, has a process' folder, and is writing a run."""
    code = SERVER.format(root=str(ROOT), data=str(data))
    place = {"PEDESTAL_DATA": str(data), "TMPDIR": str(data.parent / "tmp")}
    words = [sys.executable, "-B", "-c", code]
    with subprocess.Popen(
        words, env={**os.environ, **place}, stdout=subprocess.PIPE, text=True
    ) as one:
        assert one.stdout is not None
        assert one.stdout.readline() == "ready\n"
        try:
            yield one
        finally:
            one.kill()


def left(place: Path) -> list[str]:
    names = {path.name for path in place.iterdir()} - {AREA}  # the index of runs may stay
    return sorted(name.split("-")[0] for name in names)


def aged(path: Path, seconds: float) -> None:
    then = time.time() - seconds
    os.utime(path, (then, then), follow_symlinks=False)


def half_written(data: Path) -> None:
    """As killed writers leave it, in every place where something is kept."""
    for place in (*AREAS, STUDIES, f"{STUDIES}/one", "code/one", "."):
        (data / place).mkdir(parents=True, exist_ok=True)
        for name in (f"{DRAFT}x", f"{DELETED}x"):
            (data / place / name).write_bytes(b"half")
            aged(data / place / name, LONG / 2)


def drafts_everywhere(data: Path) -> list[Path]:
    return [path for path in data.rglob(".*") if path.name.startswith((DRAFT, DELETED))]


def test_what_a_living_program_holds_stays_and_what_a_dead_one_left_goes(data: Path) -> None:
    tmp, runs = data.parent / "tmp", data / "runs"
    with another(data) as server:
        half_written(data)
        for path in (*tmp.iterdir(), *runs.iterdir()):
            aged(path, LONG / 2)
        clear(tmp)
        RunStore(runs).tidy()
        assert left(tmp) == ["xai"]
        assert left(runs) == [".draft"]
        with pytest.raises(InputError, match=f"process {server.pid}") as caught:
            own_data_folder()
        assert caught.value.code == "data-in-use"
        with pytest.raises(InputError, match="Another server"):
            check_data_folder()
        assert main(["run"]) == 2
        server.send_signal(signal.SIGKILL)
        server.wait()
    clear(tmp)
    check_data_folder()
    server_module.claim()
    assert left(tmp) == []
    assert left(runs) == []
    assert not own_data_folder()
    assert drafts_everywhere(data) == []


def test_folders_of_earlier_versions_are_cleared_unless_a_process_lives_there(data: Path) -> None:
    tmp = data.parent / "tmp"
    for name in ("dead", "alive"):
        (tmp / f"{PREFIX}{name}" / "home").mkdir(parents=True)
    words = [sys.executable, "-c", "import time; print(flush=True); time.sleep(600)"]
    home = tmp / f"{PREFIX}alive" / "home"
    with subprocess.Popen(words, cwd=home, stdout=subprocess.PIPE) as one:
        assert one.stdout is not None
        one.stdout.readline()
        clear(tmp)
        one.kill()
    assert [path.name for path in tmp.iterdir()] == [f"{PREFIX}alive"]
    clear(tmp)
    assert not list(tmp.iterdir())


def test_nothing_else_is_cleared(data: Path) -> None:
    tmp = data.parent / "tmp"
    (data / "kept").write_text("kept")
    (tmp / f"{PREFIX}link").symlink_to(data)
    (tmp / f"{PREFIX}file").write_text("x")
    os.mkfifo(tmp / f"{PREFIX}pipe")
    (tmp / "another").mkdir()
    (tmp / f"{UNLOCKED}young").mkdir()
    (tmp / f"{UNLOCKED}old").mkdir()
    aged(tmp / f"{UNLOCKED}old", 3600)
    mine = Folder()
    clear(tmp)
    names = {path.name for path in tmp.iterdir()}
    assert names == {
        *(f"{PREFIX}{name}" for name in ("link", "file", "pipe")),
        *("another", f"{UNLOCKED}young", mine.path.name),
    }
    assert (data / "kept").exists()
    mine.remove()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root makes folders of others")
def test_a_folder_of_another_user_is_left_to_him(data: Path) -> None:
    theirs = data.parent / "tmp" / f"{PREFIX}theirs"
    theirs.mkdir()
    os.chown(theirs, 65534, 65534)
    clear(data.parent / "tmp")
    assert theirs.exists()


def test_a_program_clears_once_when_it_starts_its_first_process(data: Path) -> None:
    dead = data.parent / "tmp" / f"{PREFIX}dead"
    dead.mkdir()
    folders._cleared.discard(str(data.parent / "tmp"))
    mine = Folder()
    for thread in threading.enumerate():
        if thread.name == "clear":
            thread.join()
    assert not dead.exists()
    assert mine.path.exists()
    mine.remove()


def test_drafts_of_writers_that_still_write_stay(data: Path) -> None:
    area = data / "models"
    area.mkdir()
    young, dead, old = (area / f"{DRAFT}{name}" for name in ("young", "dead", "old"))
    for path in (young, dead, old):
        path.write_bytes(b"half")
    (area / f"{DELETED}grave" / "x").mkdir(parents=True)
    aged(dead, drafts.MOMENT + 1)
    aged(old, LONG + 1)
    writer = Lock(old)
    assert writer.take()  # whoever writes for so long has lost
    with whole_folder(area / "whole") as draft:
        aged(draft, drafts.MOMENT + 1)
        clear_drafts((area, data / "nowhere"))
        assert draft.exists()
    writer.release()
    assert sorted(path.name for path in area.iterdir()) == [young.name, "whole"]


@pytest.mark.parametrize(
    "told", ["", "{", "[]", '{"process": "x"}', '{"process": 1e400}', "\0" * 9]
)
def test_a_lock_file_that_says_nothing_is_still_a_lock(data: Path, told: str) -> None:
    with another(data):
        (data / NAME).write_text(told)
        with pytest.raises(InputError, match="Another server uses the data folder"):
            own_data_folder()


@pytest.mark.parametrize("kind", ["link", "folder", "pipe"])
def test_what_is_no_lock_file_bars_nobody_and_is_not_followed(data: Path, kind: str) -> None:
    other = data.parent / "other"
    other.write_text("kept")
    if kind == "link":
        (data / NAME).symlink_to(other)
    elif kind == "folder":
        (data / NAME).mkdir()
    else:
        os.mkfifo(data / NAME)
    own_data_folder()
    check_data_folder()
    assert other.read_text() == "kept"


def readonly(place: Path) -> None:
    """A file where the folder should be: root may write into any folder."""
    place.write_text("in the way")


WRITERS = {
    "an upload": lambda data: keep(b"x", "models"),
    "code": lambda data: keep_code({"a.py": b"x"}),
    "a file": lambda data: write_whole(data / "x" / "y", b"x"),
    "a folder": lambda data: whole_folder(data / "runs" / "x").__enter__(),
    "a text": lambda data: write_text(data / "x", "x"),
    "a deletion": lambda data: remove(data / "runs"),
    "a label": lambda data: RunStore().change("a" * 22, name="x"),
    "the deletion of a run": lambda data: RunStore().delete("a" * 22),
}


@pytest.mark.parametrize("what", WRITERS)
def test_a_disk_that_cannot_be_written_is_told_as_such(what: str, data: Path) -> None:
    data.rmdir()
    readonly(data)
    with pytest.raises(XaiError, match=r"cannot keep the file: \w+"):
        WRITERS[what](data)


def test_a_disk_that_cannot_be_written_can_still_be_looked_at(data: Path) -> None:
    data.rmdir()
    readonly(data)
    store = RunStore()
    assert store.entries() == ()
    assert store.used() == 0
    store.tidy()
    own_data_folder()
    check_data_folder()
    with pytest.raises(InputError, match="no such run"):
        store.open("a" * 22)


@pytest.mark.skipif(os.geteuid() != 0, reason="a mount of one's own needs root here")
def test_a_disk_that_is_mounted_read_only(data: Path) -> None:
    """Everything that writes there, in a mount of its own."""
    code = f"""
import ctypes, os, sys
sys.path[:0] = [{str(ROOT)!r}]
libc = ctypes.CDLL(None, use_errno=True)
from pathlib import Path
from xai_core.base.errors import XaiError
from xai_core.base.storage.lock import Lock
from xai_core.base.storage.files import keep
kept = keep(b"x", "models")
data = os.environ["PEDESTAL_DATA"].encode()
failed = libc.unshare(0x20000) or libc.mount(None, b"/", None, ctypes.c_ulong(0x44000), None)
failed = failed or libc.mount(data, data, None, ctypes.c_ulong(0x1000), None)
failed = failed or libc.mount(None, data, None, ctypes.c_ulong(0x1000 | 0x20 | 1), None)
if failed:
    print("no mounts")
    sys.exit()
assert keep(b"x", "models") == kept
from tests.security.test_08_servers import WRITERS
for name, write in WRITERS.items():
    if name not in ("an upload", "a text"):  # it is there already; it has no folder
        try:
            write(Path(os.fsdecode(data)))
        except XaiError:
            continue
        print("no error for", name)
"""
    words = [sys.executable, "-B", "-c", code]
    done = subprocess.run(words, capture_output=True, text=True, cwd=ROOT)
    assert done.returncode == 0, done.stderr
    if done.stdout == "no mounts\n":
        pytest.skip("no mounts here")
    assert done.stdout == ""
