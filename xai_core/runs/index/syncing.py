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
from xai_core.runs.index.database import Connection
from xai_core.runs.index.rows import stamp_of
from xai_core.runs.index.writing import known_ids, put
from xai_core.runs.reading import passes

ID = re.compile(r"[A-Za-z0-9_-]{22}")
AGAIN = 100  # runs that are looked at again each time
AT_ONCE = 500  # new ones that are read while somebody waits
SETTLED = 2 * 10**9  # ns after which a time of change is one that nobody else's shares


def sync(db: Connection, folder: Path, *, again: bool = True) -> list[str]:
    """Bring the rows up to date. Gives ids of very many runs that have none, which it leaves out.

    again: some rows are looked at again, too.
    """
    put(db, folder, [name for (name,) in db.execute("SELECT id FROM runs WHERE stamp = ''")])
    found, many = _changed_at(folder), []
    if found is None or found != seal_in(db):
        many = _list(db, folder)
    if again:
        _look_again(db, folder)
    return many


def sealed(db: Connection, folder: Path, before: int | None) -> None:
    """Seal the folder after a change of one's own. before: the one that was there."""
    if before is not None and before == seal_in(db):
        _write_seal(db, _seal(folder))


def changed(folder: Path, rows: Iterable[tuple[str, str]]) -> list[str]:
    """Of ids and their stamps, those whose folder is another one by now."""
    top = os.fspath(folder)
    return [name for name, stamp in rows if stamp_of(f"{top}/{name}") != stamp]


def seal_in(db: Connection) -> int | None:
    """The seal that the rows were last complete under."""
    row = db.execute("SELECT value FROM seal").fetchone()
    return row[0] if row else None


def _write_seal(db: Connection, value: int | None) -> None:
    db.execute("INSERT OR REPLACE INTO seal VALUES(1, ?)", (value,))


def _list(db: Connection, folder: Path) -> list[str]:
    """Follow what came and went; what is too much for a moment is given, and nothing is sealed."""
    seal, there = _seal(folder), _names(folder)  # in this order: what comes meanwhile breaks it
    known = known_ids(db)
    if there and any(name.startswith((DRAFT, DELETED)) for name in there - known):
        clear_drafts((folder,))
        seal, there = _seal(folder), _names(folder)
    if there is None:  # whoever comes next looks again
        return []
    came = sorted(name for name in there - known if ID.fullmatch(name))
    put(db, folder, sorted(known - there))
    if len(came) > AT_ONCE:
        _write_seal(db, None)
        return came
    put(db, folder, came)
    _write_seal(db, seal)
    return []


def _look_again(db: Connection, folder: Path) -> None:
    """A few rows in turn: a label that another version wrote shows in its run's folder only."""
    query = "SELECT rowid, id, stamp FROM runs WHERE rowid > ? ORDER BY rowid LIMIT ?"
    rows = db.execute(query, (db.place, AGAIN)).fetchall()
    db.place = rows[-1][0] if len(rows) == AGAIN else 0
    put(db, folder, changed(folder, [(name, stamp) for _, name, stamp in rows]))


def _names(folder: Path) -> set[str] | None:
    """What lies there; None where that cannot be told at this moment."""
    try:
        return set(os.listdir(folder))
    except OSError as cause:
        return None if passes(cause) else set()


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
