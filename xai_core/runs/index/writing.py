"""Rows of the index are written: each with its tags, its words' pieces and the sum of sizes."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path

from xai_core.runs.index import pieces
from xai_core.runs.index.database import Connection, transaction
from xai_core.runs.index.rows import BETWEEN, COLUMNS, Row, row_of

OWNER, WORDS, TAGS = map(COLUMNS.index, ("owner", "words", "tags"))
BATCH = 500  # runs that are written at once
INSERT = f"INSERT INTO runs VALUES({','.join('?' * len(COLUMNS))})"
UPDATE = f"UPDATE runs SET {','.join(f'{name} = ?' for name in COLUMNS)} WHERE rowid = ?"  # noqa: S608


def put(db: Connection, folder: Path, names: Iterable[str]) -> None:
    """Read these runs again; one that is gone has no row any more."""
    listed = list(names)
    for place in range(0, len(listed), BATCH):
        batch = listed[place : place + BATCH]
        rows = {name: row_of(folder / name) for name in batch}
        with transaction(db):
            known = known_ids(db)
            for name, row in rows.items():
                _write(db, name, row, known)


def without_row(db: Connection, names: Iterable[str]) -> list[str]:
    """Those of some ids that have none."""
    query = "SELECT id FROM runs WHERE id IN (SELECT value FROM json_each(?))"
    listed = list(names)
    known = {name for (name,) in db.execute(query, (json.dumps(listed),))}
    return [name for name in listed if name not in known]


def add(db: Connection, rows: Mapping[str, Row | None]) -> None:
    """Write rows that were read a while ago, where none has been written since."""
    with transaction(db):
        fresh = without_row(db, rows)
        none: set[str] = set()
        for name in fresh:
            _write(db, name, rows[name], none)
        if db.known is not None:
            db.known |= none


def doubt(db: Connection, name: str) -> None:
    """This run is about to change: whoever comes next reads it again, also after a kill."""
    db.execute("UPDATE runs SET stamp = '' WHERE id = ?", (name,))


def known_ids(db: Connection) -> set[str]:
    """Ids that have a row. They are read again only where another connection has written."""
    (version,) = db.execute("PRAGMA data_version").fetchone()
    if db.known is None or db.version != version:
        db.known, db.version = {name for (name,) in db.execute("SELECT id FROM runs")}, version
    return db.known


def _write(db: Connection, name: str, row: Row | None, known: set[str]) -> None:
    before = None
    if name in known:
        db.execute("DELETE FROM tags WHERE id = ?", (name,))
        before = db.execute("SELECT rowid, words FROM runs WHERE id = ?", (name,)).fetchone()
    if row is None:
        if before is not None:
            db.execute("DELETE FROM runs WHERE rowid = ?", before[:1])
            pieces.take_out(db, *before)
        known.discard(name)
        return
    known.add(name)
    if before is None:
        place = db.execute(INSERT, row).lastrowid
        pieces.add(db, int(place or 0), row[WORDS])
    else:
        db.execute(UPDATE, (*row, before[0]))
        if before[1] != row[WORDS]:
            pieces.take_out(db, *before)
            pieces.add(db, before[0], row[WORDS])
    tags = {(row[OWNER], tag, name) for tag in row[TAGS].split(BETWEEN) if tag}
    if row[OWNER] is not None:
        db.executemany("INSERT OR REPLACE INTO tags VALUES(?,?,?)", tags)
