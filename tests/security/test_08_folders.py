"""Folders that were filled against us: counted, deleted, and nobody's way barred by them."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from tests.security.filling import FILLED, deep, without_rights
from xai_core.base.errors import InputError, XaiError
from xai_core.base.storage.atomic import remove
from xai_core.base.storage.flags import GET_FLAGS, SET_FLAGS
from xai_core.base.storage.quota import _delete
from xai_core.base.storage.tree import remove_tree
from xai_core.base.storage.usage import usage
from xai_core.pictures.archive import picture_files
from xai_core.worker.process import lending
from xai_core.worker.process.disk import DEPTH, written
from xai_core.worker.process.lending import LentFiles

DELETERS: dict[str, Callable[[Path], object]] = {
    "remove_tree": remove_tree,
    "a kept run": remove,
    "an upload": _delete,
    "lent files": lambda path: LentFiles(path).clear(),
}


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Path]:
    """Emptied by another program: pytest's own clean-up knows no such folders."""
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "kept").write_text("kept")
    yield tmp_path
    subprocess.run(["rm", "-rf", str(tmp_path)], check=False, capture_output=True)


@pytest.mark.parametrize("kind", FILLED)
def test_whatever_is_in_a_folder_is_deleted_and_nothing_else(kind: str, place: Path) -> None:
    folder = place / "folder"
    folder.mkdir()
    FILLED[kind](folder)
    assert remove_tree(folder)
    assert [path.name for path in place.iterdir()] == ["outside"]
    assert (place / "outside" / "kept").read_text() == "kept"


@pytest.mark.parametrize("deleter", DELETERS)
def test_everybody_deletes_that_way(deleter: str, place: Path) -> None:
    folder = place / "folder"
    folder.mkdir()
    deep(folder, 1100)
    DELETERS[deleter](folder)
    assert [path.name for path in place.iterdir()] == ["outside"]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may set these flags")
def test_flags_that_keep_root_from_deleting_are_cleared(place: Path) -> None:
    import fcntl
    import struct

    folder = place / "folder"
    inner = folder / "a" / "b"
    inner.mkdir(parents=True)
    (inner / "file").write_text("x")
    for flag, path in ((0x10, inner / "file"), (0x20, inner), (0x10, inner.parent), (0x10, folder)):
        handle = os.open(path, os.O_RDONLY)
        try:
            (flags,) = struct.unpack("l", fcntl.ioctl(handle, GET_FLAGS, bytes(8)))
            fcntl.ioctl(handle, SET_FLAGS, struct.pack("l", flags | flag))
        except OSError:
            pytest.skip("this disk knows no such flags")
        finally:
            os.close(handle)
    assert remove_tree(folder)
    assert not folder.exists()


@pytest.mark.skipif(
    os.geteuid() == 0 and not shutil.which("setpriv"), reason="root reads whatever the mode"
)
def test_a_user_counts_and_deletes_what_he_has_closed_to_himself(place: Path) -> None:
    """A folder without the right to list it held any number of bytes that nobody counted."""
    code = f"""
import sys; sys.path[:0] = [{str(Path(__file__).parents[2])!r}]
import os, pathlib, tempfile
from tests.security.filling import without_rights
from xai_core.base.storage.tree import remove_tree
from xai_core.base.storage.usage import usage
top = pathlib.Path(tempfile.mkdtemp())
without_rights(top)
found = usage(top, entries=100, depth=9)
print(found.entries, found.bytes >= 3 * 8192, found.complete, remove_tree(top), top.exists())
"""
    user = ("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups")
    python = sys.executable
    if os.geteuid() == 0:
        python = "/usr/bin/python3"
    words = [*(user if os.geteuid() == 0 else ()), python, "-B", "-c", code]
    done = subprocess.run(words, capture_output=True, text=True, cwd="/")
    if done.returncode and "python3" in done.stderr:
        pytest.skip("a plain user has no interpreter here")
    assert done.stdout.split() == ["6", "True", "True", "True", "False"], done.stderr


@pytest.mark.parametrize("kind", ["deep and short", "many"])
def test_a_model_that_is_such_a_folder_is_refused(kind: str, place: Path) -> None:
    """It failed with a RecursionError, or was copied folder by folder."""
    folder = place / "model"
    folder.mkdir()
    (folder / "saved_model.pb").write_bytes(b"x")
    if kind == "many":
        for number in range(120):
            (folder / str(number)).mkdir()
    else:
        FILLED[kind](folder)
    lent = LentFiles(place / "lent")
    with pytest.MonkeyPatch.context() as fewer:
        fewer.setattr(lending, "MAX_FILES", 100)
        with pytest.raises(XaiError, match="cannot be handed to the model's process"):
            lent.lend((folder,))
        if kind != "many":
            with pytest.raises(InputError, match="cannot be read to their end"):
                picture_files(folder)
    lent.clear()
    subprocess.run(["rm", "-rf", str(folder)], check=True)
    assert [path.name for path in place.iterdir()] == ["outside"]


def test_a_link_in_the_place_of_a_folder_is_deleted_itself(place: Path) -> None:
    link = place / "folder"
    link.symlink_to(place / "outside")
    assert remove_tree(link)
    assert not os.path.lexists(link)
    assert (place / "outside" / "kept").exists()
    assert remove_tree(place / "never was")


def test_a_folder_that_changes_meanwhile_is_deleted(place: Path) -> None:
    """Somebody puts links and full folders in the place of what is being looked at."""
    folder, over = place / "folder", threading.Event()
    folder.mkdir()

    def disturb() -> None:
        number = 0
        while not over.is_set():
            number += 1
            one = folder / f"d{number % 7}"
            try:
                os.symlink(place / "outside", one)
                os.unlink(one)
                (one / "x").mkdir(parents=True)
                (one / "x" / "y").write_text("y")
            except OSError:
                continue

    thread = threading.Thread(target=disturb)
    thread.start()
    for _ in range(20):
        remove_tree(folder)
        folder.mkdir(exist_ok=True)
    over.set()
    thread.join()
    assert remove_tree(folder)
    assert (place / "outside" / "kept").read_text() == "kept"


def test_depth_number_and_bytes_are_counted(place: Path) -> None:
    below = place / "deep"
    below.mkdir()
    deep(below, DEPTH + 1)
    assert not usage(below, entries=1000, depth=DEPTH).complete
    wide = place / "wide"
    wide.mkdir()
    deep(wide, DEPTH - 2)  # a path of 12,000 signs: three times what one may have
    found = usage(wide, entries=1000, depth=DEPTH)
    assert found.complete
    assert found.entries == DEPTH - 1
    assert found.bytes >= 100_000
    for number in range(200):
        (wide / f"empty{number}").touch()
    assert not usage(wide, entries=200, depth=DEPTH).complete
    assert not written(wide, os.getpid(), entries=200).complete


def test_folders_themselves_take_room(place: Path) -> None:
    for number in range(50):
        (place / "outside" / str(number)).mkdir()
    found = usage(place / "outside", entries=1000, depth=DEPTH)
    assert found.entries == 51
    assert found.complete


def test_counting_never_needs_more_open_files_than_its_depth(place: Path) -> None:
    without_rights(place / "outside")
    for depth in (0, 1, 2, 9):
        usage(place / "outside", entries=4, depth=depth)
        usage(place / "outside", entries=400, depth=depth)
    assert not [one for one in opened() if one.startswith(str(place))]


def opened() -> list[str]:
    """What this process has open now; others of its threads open and close, too."""
    found = []
    for number in os.listdir("/proc/self/fd"):
        with suppress(OSError):
            found.append(os.readlink(f"/proc/self/fd/{number}"))
    return found
