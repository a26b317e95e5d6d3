"""The index of one folder of runs, as its store uses it: it is up to date whenever it answers."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TypeVar

from xai_core.base.storage.drafts import clear_drafts
from xai_core.runs.entry import Kept
from xai_core.runs.index import queries, reading, syncing, writing
from xai_core.runs.index.database import Connection, Database, database_of
from xai_core.runs.index.queries import Page, RunFilter

T = TypeVar("T")
MODELS, PICTURES = "models", "pictures"
ALL, ATTEMPTS = 10**9, 3


class FolderIndex:
    """Rows of the runs in a folder. No method raises because of the index."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._database = database_of(folder)

    @contextmanager
    def changing(self) -> Iterator[Change]:
        """A change of the folder; others that change it are kept away by the folder's lock."""
        before = self._synced(syncing.seal_in, again=False)
        change = Change(self._folder, self._database, before)
        try:
            yield change
        finally:
            self._database.use(change.done)

    def page(self, wanted: RunFilter, first: int, count: int) -> Page:
        """`count` runs from place `first` on, the newest first."""
        return self._synced(lambda db: queries.page(db, self._folder, wanted, first, count))

    def everything(self) -> tuple[Kept, ...]:
        """All runs that can be read, after a look at the folder of each."""
        self._check_all()
        return self._synced(lambda db: queries.page(db, self._folder, RunFilter(), 0, ALL).entries)

    def unread(self) -> int:
        """How many runs are read only now, beside what people do: lists lack them."""
        return self._synced(lambda db: self._database.unread)

    def complete(self) -> None:
        """Wait until every run has its row."""
        for _ in range(ATTEMPTS):
            if not self._database.use(self._follow):
                break
            reading.wait(self._database)

    def tags(self, wanted: RunFilter) -> tuple[str, ...]:
        """All tags of the runs of an owner and of those that are linked."""
        return self._synced(lambda db: queries.tags(db, wanted))

    def largest(self, wanted: RunFilter) -> int:
        """Bytes of the largest run of an owner."""
        return self._synced(lambda db: queries.largest(db, wanted))

    def printed(self, fingerprint: str) -> list[Kept]:
        """Studies with a fingerprint, the newest first."""
        self.complete()
        return self._synced(lambda db: queries.printed(db, self._folder, fingerprint))

    def size(self) -> int:
        """Bytes of all runs."""
        return self._synced(queries.total_size)

    def oldest(self, over: int) -> list[Kept]:
        """The oldest runs that are not pinned, until they hold `over` bytes."""
        return self._synced(lambda db: queries.oldest(db, self._folder, over))

    def pinned_files(self, data: Path) -> set[Path]:
        """The files of pinned runs' models and pictures, in a data folder."""
        found = set()
        self.complete()
        for name in self._synced(queries.pinned):
            with suppress(OSError, ValueError, KeyError, TypeError):
                text = (self._folder / name / "run.json").read_text(encoding="utf-8")
                run = json.loads(text)
                found.add(data / MODELS / str(run["model_sha256"]))
                found.add(data / PICTURES / str(run["picture_sha256"]))
        return found

    def tidy(self) -> None:
        """Look at every run's folder; delete what killed writers have left in it. Never raises."""

        def known(db: Connection) -> set[str]:
            return {name for (name,) in db.execute("SELECT id FROM runs")}

        with suppress(OSError):
            before = self._database.use(known)
            looked = self._check_all()
            new = self._database.use(known) - before
            clear_drafts(self._folder / name for name in (*looked, *new))

    def _check_all(self) -> list[str]:
        """Look at every run's folder, and read those that have changed. Gives their ids."""
        self.complete()
        rows = self._database.use(lambda db: db.execute("SELECT id, stamp FROM runs").fetchall())
        found = syncing.changed(self._folder, rows)
        for place in range(0, len(found), reading.BATCH):  # others have their turn between
            batch = found[place : place + reading.BATCH]
            self._database.use(lambda db, names=batch: writing.put(db, self._folder, names))  # type: ignore[misc]
        return found

    def _synced(self, work: Callable[[Connection], T], *, again: bool = True) -> T:
        def both(db: Connection) -> T:
            self._follow(db, again=again)
            return work(db)

        return self._database.use(both)

    def _follow(self, db: Connection, *, again: bool = True) -> bool:
        """Bring the rows up to date; True where very many are being read meanwhile."""
        if reading.reads(self._database):
            return True
        many = syncing.sync(db, self._folder, again=again)
        if many:
            reading.begin(self._database, self._folder, many)
        return bool(many)


class Change:
    """One change of a folder. Whatever it names is read again when it is over, or after a kill."""

    def __init__(self, folder: Path, database: Database, before: int | None) -> None:
        self._folder, self._database, self._before = folder, database, before
        self._names: list[str] = []

    def of(self, name: str) -> None:
        """This run is about to come, to go or to change."""
        self._names.append(name)
        self._database.use(lambda db: writing.doubt(db, name))

    @property
    def partial(self) -> bool:
        """Very many runs are being read: neither the sum of all nor the oldest is known."""
        return reading.reads(self._database)

    def size(self, but: str) -> int:
        """Bytes of all runs but one, of which a reader may have made a row already."""
        return self._database.use(lambda db: queries.total_size(db, but))

    def oldest(self, over: int, but: str) -> list[Kept]:
        """The oldest runs that were not pinned before, but one, until they hold `over` bytes."""
        return self._database.use(lambda db: queries.oldest(db, self._folder, over, but))

    def done(self, db: Connection) -> None:
        """Write the rows, and that they are complete."""
        writing.put(db, self._folder, self._names)
        syncing.sealed(db, self._folder, self._before)
