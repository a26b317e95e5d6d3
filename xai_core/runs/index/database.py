"""The index's tables: in a file beside the runs, or in memory where no file can be used.

The file may be deleted at any time. Its name says the version of its tables, so that servers of
two versions disturb each other in nothing, and is never used twice: SQLite's companions of a file
go by name, and those of a broken one must not be taken for those of the next.
"""

from __future__ import annotations

import hashlib
import os
import secrets
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path
from threading import Thread
from typing import TypeVar

from xai_core.attribution.methods.base import METHODS
from xai_core.base.storage.mounts import on_network
from xai_core.runs.index import pieces
from xai_core.runs.index.rows import SCHEMA

T = TypeVar("T")
AREA, SUFFIX = ".index", ".sqlite"
VERSION = 1  # of what the rows hold, where that changes and the tables do not
PATIENCE, APART = 2.0, 10.0  # seconds: for others' locks; without the file after it failed
TRIES, LEFT_OVER, UNUSED = 3, 60.0, 30 * 86400.0  # seconds
CACHE_KB = 32_768
# Its primary codes: error (a table is missing), io, corrupt, not a database.
BROKEN = (1, 10, 11, 26)
_databases: dict[tuple[int, str], Database] = {}
_opening = threading.Lock()


class Connection(sqlite3.Connection):
    """Also says how far its rows have been looked through again, and which ids have one.

    Attributes:
        known: ids, as of `version` of what others wrote; None: nobody has looked.
    """

    place = 0
    known: set[str] | None = None
    version = 0


class Database:
    """The tables of one folder of runs, for all threads of this process.

    Attributes:
        reader: makes rows of very many runs beside what people do. unread: how many are to come.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = threading.RLock()
        self._file: Connection | None = None
        self._path: Path | None = None
        self._memory: Connection | None = None
        self._apart = 0.0
        self.reader: Thread | None = None
        self.unread = 0

    def use(self, work: Callable[[Connection], T]) -> T:
        """What `work` gives for the tables; it is done once more where they turn out broken."""
        with self._lock:
            for _ in range(TRIES):
                try:
                    return work(self._opened())
                except sqlite3.Error as error:
                    self._leave(error)
                except OSError:
                    break
            return work(self._in_memory())

    def close(self) -> None:
        """Let the file go."""
        with self._lock:
            file, self._file = self._file, None
            if file is not None:
                with suppress(sqlite3.Error):
                    file.close()

    def _opened(self) -> Connection:
        if time.monotonic() < self._apart or not os.path.isdir(self._folder):
            return self._in_memory()
        newest = self._newest()
        if self._file is None or newest != self._path:
            self.close()
            self._path = newest or self._new_path()
            self._file = _connected(self._path)
        return self._file

    def _newest(self) -> Path | None:
        found = sorted(name for name in _names(self._folder) if name.startswith(f"{_prefix()}-"))
        for name in found[:-1]:  # two processes have begun in one moment
            if _age(self._folder / AREA / name) > LEFT_OVER:
                _unlink(self._folder / AREA / name)
        return self._folder / AREA / found[-1] if found else None

    def _new_path(self) -> Path:
        (self._folder / AREA).mkdir(exist_ok=True)
        for name in _names(self._folder):
            if not name.startswith(f"{_prefix()}-") and _age(self._folder / AREA / name) > UNUSED:
                _unlink(self._folder / AREA / name)
        name = f"{_prefix()}-{time.time_ns():020d}-{secrets.token_hex(4)}{SUFFIX}"
        return self._folder / AREA / name

    def _leave(self, error: sqlite3.Error) -> None:
        """A broken file goes, and is made again; any other is tried again in a while."""
        self.close()
        code = getattr(error, "sqlite_errorcode", 0) & 0xFF
        if code in BROKEN and self._path is not None and _unlink(self._path):
            self._path = None
        else:
            self._apart = time.monotonic() + APART

    def _in_memory(self) -> Connection:
        if self._memory is None:
            self._memory = _connected(None)
        return self._memory


def database_of(folder: Path) -> Database:
    """One for each process and folder: a process that was forked has connections of its own."""
    key = (os.getpid(), os.path.abspath(folder))
    with _opening:
        return _databases.setdefault(key, Database(folder))


@contextmanager
def transaction(db: Connection) -> Iterator[None]:
    """All of it or nothing."""
    db.execute("BEGIN IMMEDIATE")
    try:
        yield
    except BaseException:
        db.known = None
        with suppress(sqlite3.Error):
            db.execute("ROLLBACK")
        raise
    db.execute("COMMIT")


def _connected(path: Path | None) -> Connection:
    db = sqlite3.connect(
        path or ":memory:",
        timeout=PATIENCE,
        isolation_level=None,
        check_same_thread=False,
        factory=Connection,
    )
    try:
        if path is not None:
            # The log that others read while one writes needs memory that all of them share.
            mode = "DELETE" if on_network(path.parent) else "WAL"
            db.execute(f"PRAGMA journal_mode={mode}")
            db.execute("PRAGMA synchronous=NORMAL")
            db.execute(f"PRAGMA cache_size=-{CACHE_KB}")
        db.executescript(_schema())
    except sqlite3.Error:
        db.close()
        raise
    return db


def _schema() -> str:
    return SCHEMA + pieces.TABLE if pieces.supported() else SCHEMA


@cache
def _prefix() -> str:
    """A search looks through titles, so that others make other rows."""
    titles = "\n".join(one.title for one in METHODS)
    return hashlib.sha256(f"{VERSION}{_schema()}{titles}".encode()).hexdigest()[:12]


def _names(folder: Path) -> list[str]:
    with suppress(OSError):
        return [name for name in os.listdir(folder / AREA) if name.endswith(SUFFIX)]
    return []


def _age(path: Path) -> float:
    with suppress(OSError):
        return time.time() - os.stat(path).st_mtime
    return 0.0


def _unlink(path: Path) -> bool:
    with suppress(OSError):
        for name in (path, Path(f"{path}-wal"), Path(f"{path}-shm"), Path(f"{path}-journal")):
            name.unlink(missing_ok=True)
        return True
    return False
