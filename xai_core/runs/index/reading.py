"""Very many runs without a row, as after an update, are read beside what people do.

The newest come first, so that the first page of the list is there in a moment. Others may write
rows meanwhile, in this process or in another: what has a row is not read.
"""

from __future__ import annotations

import os
import random
import threading
import time
from contextlib import suppress
from pathlib import Path

from xai_core.runs.index import writing
from xai_core.runs.index.database import Database
from xai_core.runs.index.rows import row_of

BATCH = 100  # runs that are read between two looks at what others did
PAUSE = 0.002  # seconds in which a page may have its turn


def reads(database: Database) -> bool:
    """Whether runs are being read now."""
    return database.reader is not None and database.reader.is_alive()


def begin(database: Database, folder: Path, names: list[str]) -> None:
    """Read these runs in a thread of its own. Called by `Database.use`, so that one thread does."""
    database.unread = len(names)
    given = (database, folder, names)
    database.reader = threading.Thread(target=_read, args=given, name="runs are read", daemon=True)
    database.reader.start()


def wait(database: Database) -> None:
    """Until what is being read has its rows."""
    if database.reader is not None:
        database.reader.join()


def _read(database: Database, folder: Path, names: list[str]) -> None:
    names = sorted(names, key=lambda name: -_changed_at(folder, name))
    batches = [names[place : place + BATCH] for place in range(0, len(names), BATCH)]
    later = batches[1:]
    random.shuffle(later)  # two servers that begin at once share the work
    try:
        for batch in (*batches[:1], *later):
            new = database.use(lambda db, names=batch: writing.without_row(db, names))  # type: ignore[misc]
            rows = {name: row_of(folder / name) for name in new}
            database.use(lambda db, rows=rows: writing.add(db, rows))  # type: ignore[misc]
            database.unread -= len(batch)
            time.sleep(PAUSE)
    finally:
        database.unread = 0


def _changed_at(folder: Path, name: str) -> float:
    with suppress(OSError):
        return os.stat(folder / name).st_mtime
    return 0.0
