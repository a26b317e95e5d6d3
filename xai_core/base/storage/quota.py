"""Which uploads are on disk for whom: caps for each session and for all, and what is deleted when.

One server owns a data folder: another one would not know what is in use here.
"""

from __future__ import annotations

import math
import os
import threading
import time
from collections.abc import Callable, Hashable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from xai_core.base.errors import InputError
from xai_core.base.limits import MB, Limits
from xai_core.base.storage.drafts import DELETED, DRAFT, clear_drafts
from xai_core.base.storage.files import data_folder
from xai_core.base.storage.states import AREA as WORKSPACES
from xai_core.base.storage.tree import remove_tree

AREAS = ("models", "pictures", "baselines", "code", "inputs")
RUNS = "runs"
STUDIES = "studies"  # a few kilobytes an entry: they have an age and no cap


@dataclass(frozen=True)
class Item:
    """One upload: a file, or a folder of Python files. age: seconds since it was asked for."""

    path: Path
    size: int
    age: float


class Storage:
    """What sessions hold of the uploads in the data folder. Safe to use from any thread.

    Args:
        pinned: gives the files that stay whoever holds them.
    """

    def __init__(self, limits: Limits, pinned: Callable[[], set[Path]] = set) -> None:
        self._limits, self._pinned = limits, pinned
        self._lock = threading.Lock()
        self._held: dict[Hashable, set[Path]] = {}

    def take(self, user: Hashable, size: int, write: Callable[[], Path]) -> Path:
        """Let `write` put `size` bytes of a user's on disk, and hold what it gives the path of.

        Raises:
            InputError: the user holds too much already, or the disk has no room for it. And what
                `write` raises.
        """
        with self._lock:
            self._check_user(user, size)
            self._make_room(size)
            path = write()
            self._held.setdefault(user, set()).add(_item_of(path))
            return path

    def hold(self, user: Hashable, path: Path) -> None:
        """`user` needs this file; one that is no upload needs no holding."""
        item = _item_of(path)
        if item.parent.parent == data_folder():
            with self._lock:
                self._held.setdefault(user, set()).add(item)

    def drop(self, user: Hashable, path: Path) -> None:
        """`user` does not need this file any more."""
        with self._lock:
            self._held.get(user, set()).discard(_item_of(path))

    def leave(self, user: Hashable) -> None:
        """`user` needs nothing any more; what is old by now is deleted."""
        with self._lock:
            for path in self._held.pop(user, set()):
                with suppress(OSError):
                    os.utime(path)  # from now on nobody uses it
        self.sweep()

    def held(self, user: Hashable) -> tuple[Item, ...]:
        """What a user holds, as far as it is still there."""
        with self._lock:
            return self._items_of(user)

    def sweep(self) -> None:
        """Delete what nobody has used for too long, and the oldest of what is too much."""
        self._pinned()  # it may take a while at first, in which others hold and drop files
        with self._lock:
            self._make_room(0)
        clear_data_folder()
        for study in _children(data_folder() / STUDIES):
            if _measured(study).age > self._limits.keep_hours * 3600:
                _delete(study)

    def _items_of(self, user: Hashable) -> tuple[Item, ...]:
        paths = self._held.get(user, set())
        return tuple(_measured(path) for path in sorted(paths) if os.path.exists(path))

    def _check_user(self, user: Hashable, size: int) -> None:
        items = self._items_of(user)
        files, cap = len(items) + 1, int(self._limits.session_megabytes)
        if files > self._limits.session_files:
            raise InputError(
                f"A session holds at most {self._limits.session_files:g} uploaded files.",
                "Remove one on the model page first.",
            )
        if sum(item.size for item in items) + size > cap * MB:
            raise InputError(
                f"A session holds at most {cap:,} MB of uploaded files.",
                "Remove one on the model page first.",
            )

    def _make_room(self, size: int) -> None:
        """What is only old goes where nobody waits for room: which files are pinned may take long
        to be known, and an upload asks for it where it has to.
        """
        cap = self._limits.disk_megabytes * MB
        held = set[Path]().union(*self._held.values())
        items = [_measured(path) for area in AREAS for path in _children(data_folder() / area)]
        total = size + sum(item.size for item in items)
        oldest = math.inf if size else self._limits.keep_hours * 3600
        going = [one for one in items if one.path not in held and (total > cap or one.age > oldest)]
        pinned = self._pinned() if going else held
        for item in sorted(going, key=lambda item: -item.age):
            if item.path not in pinned and (item.age > oldest or total > cap):
                _delete(item.path)
                total -= item.size
        if size and total > cap:
            raise InputError(
                "The server has no more room for uploads: all that it keeps is in use.",
                "Try again later, or with a smaller file.",
            )


def clear_data_folder() -> None:
    """Delete what killed writers have left in the data folder. Never raises."""
    top = data_folder()
    clear_drafts((top, *(top / area for area in (*AREAS, STUDIES, RUNS, WORKSPACES))))
    for area in ("code", STUDIES):  # what lies in a run, `RunStore.tidy` clears
        clear_drafts(path for path in _children(top / area) if path.is_dir())


def _item_of(path: Path) -> Path:
    """Python files are kept and deleted together."""
    return path.parent if path.parent.parent.name == "code" else path


def _children(folder: Path) -> list[Path]:
    """Without what is being written there."""
    try:
        return [path for path in folder.iterdir() if not path.name.startswith((DRAFT, DELETED))]
    except OSError:
        return []


def _measured(path: Path) -> Item:
    try:
        files = [path, *path.iterdir()] if path.is_dir() else [path]
        size = sum(file.stat().st_size for file in files if file.is_file())
        return Item(path, size, time.time() - path.stat().st_mtime)
    except OSError:  # another thread's draft, gone by now
        return Item(path, 0, 0.0)


def _delete(path: Path) -> None:
    remove_tree(path)
