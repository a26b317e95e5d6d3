"""Rows that follow the folders: what others wrote, also without an index, is found again.

A folder's time of change says whether runs came or went. Kernels count it in steps of some ms, so
that two changes may have one time; the index therefore gives the folder a time of its own, a
*seal*: whoever changes the folder afterwards breaks it.
"""

from __future__ import annotations

import os
import re
import time
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from xai_core.base.storage.drafts import DELETED, DRAFT, clear_drafts
from xai_core.runs.index.database import Connection, transaction
from xai_core.runs.index.rows import BETWEEN, COLUMNS, Row, row_of, stamp_of

ID = re.compile(r"[A-Za-z0-9_-]{22}")
BATCH, AGAIN = 500, 100  # runs that are written at once; that are looked at again each time
SETTLED = 2 * 10**9  # ns after which a time of change is one that nobody else's shares
INSERT = f"INSERT OR REPLACE INTO runs VALUES({','.join('?' * COLUMNS)})"


def sync(db: Connection, folder: Path) -> int | None:
    """Bring the rows up to date. Gives the folder's seal; None where it cannot be sealed."""
    put(db, folder, [name for (name,) in db.execute("SELECT id FROM runs WHERE stamp = ''")])
    found = _changed_at(folder)
    if found is None or found != seal_in(db):
        found = _list(db, folder)
    _look_again(db, folder)
    return found


def sealed(db: Connection, folder: Path, before: int | None) -> None:
    """Seal the folder after a change of one's own. before: the seal that `sync` gave for it."""
    if before is not None and before == seal_in(db):
        _write_seal(db, _seal(folder))


def put(db: Connection, folder: Path, names: Iterable[str]) -> None:
    """Read these runs again; one that is gone has no row any more."""
    known = list(names)
    for place in range(0, len(known), BATCH):
        batch = known[place : place + BATCH]
        rows = {name: row_of(folder / name) for name in batch}
        with transaction(db):
            for name, row in rows.items():
                _write(db, name, row)


def doubt(db: Connection, name: str) -> None:
    """This run is about to change: whoever comes next reads it again, also after a kill."""
    db.execute("UPDATE runs SET stamp = '' WHERE id = ?", (name,))


def changed(folder: Path, rows: Iterable[tuple[str, str]]) -> list[str]:
    """Of ids and their stamps, those whose folder is another one by now."""
    return [name for name, stamp in rows if stamp_of(folder / name) != stamp]


def check_all(db: Connection, folder: Path) -> list[str]:
    """Look at every run's folder, and read those that have changed. Gives their ids."""
    found = changed(folder, db.execute("SELECT id, stamp FROM runs").fetchall())
    put(db, folder, found)
    return found


def seal_in(db: Connection) -> int | None:
    """The seal that the rows were last complete under."""
    row = db.execute("SELECT value FROM seal").fetchone()
    return row[0] if row else None


def _write(db: Connection, name: str, row: Row | None) -> None:
    db.execute("DELETE FROM tags WHERE id = ?", (name,))
    if row is None:
        db.execute("DELETE FROM runs WHERE id = ?", (name,))
        return
    db.execute(INSERT, row)
    tags = {(row[1], tag, name) for tag in row[8].split(BETWEEN) if tag}
    if row[1] is not None:
        db.executemany("INSERT OR REPLACE INTO tags VALUES(?,?,?)", tags)


def _write_seal(db: Connection, value: int | None) -> None:
    db.execute("INSERT OR REPLACE INTO seal VALUES(1, ?)", (value,))


def _list(db: Connection, folder: Path) -> int | None:
    seal, names = _seal(folder), _names(folder)  # in this order: what comes meanwhile breaks it
    if any(name.startswith((DRAFT, DELETED)) for name in names):
        clear_drafts((folder,))
        seal, names = _seal(folder), _names(folder)
    there = {name for name in names if ID.fullmatch(name)}
    known = {name for (name,) in db.execute("SELECT id FROM runs")}
    put(db, folder, sorted(known - there))
    put(db, folder, sorted(there - known))
    _write_seal(db, seal)
    return seal


def _look_again(db: Connection, folder: Path) -> None:
    """A few rows in turn: a label that another version wrote shows in its run's folder only."""
    query = "SELECT rowid, id, stamp FROM runs WHERE rowid > ? ORDER BY rowid LIMIT ?"
    rows = db.execute(query, (db.place, AGAIN)).fetchall()
    db.place = rows[-1][0] if len(rows) == AGAIN else 0
    put(db, folder, changed(folder, [(name, stamp) for _, name, stamp in rows]))


def _names(folder: Path) -> list[str]:
    try:
        return os.listdir(folder)
    except OSError:
        return []


def _changed_at(folder: Path) -> int | None:
    try:
        return os.stat(folder).st_mtime_ns
    except OSError:
        return None


def _seal(folder: Path) -> int | None:
    """A time of change that only we have given; None where the disk does not keep it."""
    now = time.time_ns()
    with suppress(OSError):
        os.utime(folder, ns=(now, now))
        return now if _changed_at(folder) == now else None
    found = _changed_at(folder)  # it cannot be written: no change comes in the same moment
    return found if found is not None and now - found > SETTLED else None
