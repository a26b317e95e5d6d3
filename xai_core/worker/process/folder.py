"""The folder of a worker process, and what killed programs have left of such folders.

Whoever made a folder holds a lock on it, which the kernel takes back when that program ends. So a
folder that can be locked is nobody's.
"""

from __future__ import annotations

import os
import stat
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from xai_core.base.storage.lock import Lock
from xai_core.base.storage.tree import remove_tree

PREFIX, UNLOCKED = "xai-worker-", "xai-unlocked-"
SECONDS = 60  # a folder that is not locked yet and so old is of a program that was killed
PATIENCE = 5.0  # seconds that whoever ends a process waits for a folder that was filled against us

_cleared: set[str] = set()
_clearing = threading.Lock()


class Folder:
    """A new, empty folder for one process. Raises `OSError`.

    Attributes:
        path: where it is.
    """

    def __init__(self) -> None:
        clear_once()
        # Nobody may find it under its name before it is locked.
        made = Path(tempfile.mkdtemp(prefix=UNLOCKED))
        self._lock = Lock(made)
        self.path = made.with_name(made.name.replace(UNLOCKED, PREFIX))
        try:
            self._lock.take()  # where there are no locks, nobody clears
            made.rename(self.path)
        except BaseException:
            self._lock.release()
            remove_tree(made)
            raise

    def remove(self) -> None:
        """Delete it with all in it. Never raises, and never waits for long.

        What this program does not get done before its own end, the next one does.
        """
        thread = threading.Thread(target=self._remove, name="remove", daemon=True)
        try:
            thread.start()
            thread.join(PATIENCE)
        except RuntimeError:  # this program is ending
            self._remove()

    def _remove(self) -> None:
        remove_tree(self.path)
        self._lock.release()


def clear_once() -> None:
    """Delete the folders of dead programs, once for a program and folder of temporary files."""
    where = tempfile.gettempdir()
    with _clearing:
        if where in _cleared:
            return
        _cleared.add(where)
    threading.Thread(target=clear, args=(Path(where),), name="clear", daemon=True).start()


def clear_all() -> None:
    """Delete the folders of dead programs now. Never raises."""
    clear(Path(tempfile.gettempdir()))


def clear(where: Path) -> None:
    """Delete this user's folders in `where` whose program has ended. Never raises."""
    for path in _left(where, PREFIX, 0):
        lock = Lock(path)
        if lock.take():
            if not _lived_in(path):
                remove_tree(path)
            lock.release()
    for path in _left(where, UNLOCKED, SECONDS):
        remove_tree(path)


def _left(where: Path, prefix: str, seconds: float) -> Iterator[Path]:
    owner = getattr(os, "geteuid", lambda: None)()
    with suppress(OSError):
        for path in sorted(where.glob(f"{prefix}*")):
            with suppress(OSError):
                found = path.lstat()
                mine = owner is None or found.st_uid == owner
                if mine and stat.S_ISDIR(found.st_mode) and _age(found) >= seconds:
                    yield path


def _age(found: os.stat_result) -> float:
    return time.time() - found.st_mtime


def _lived_in(folder: Path) -> bool:
    """Whether a process works in it: that of an earlier version, which had no locks (Linux)."""
    home = str(folder / "home")
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            if os.readlink(process / "cwd") == home:
                return True
    return False
