"""The index of one folder of runs, as its store uses it: it is up to date whenever it answers."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TypeVar

from xai_core.base.storage.drafts import clear_drafts
from xai_core.runs.entry import Kept
from xai_core.runs.index import queries, syncing
from xai_core.runs.index.database import Connection, Database, database_of
from xai_core.runs.index.queries import Page, RunFilter

T = TypeVar("T")
MODELS, PICTURES = "models", "pictures"
ALL = 10**9


class FolderIndex:
    """Rows of the runs in a folder. No method raises because of the index."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._database = database_of(folder)

    @contextmanager
    def changing(self) -> Iterator[Change]:
        """A change of the folder; others that change it are kept away by the folder's lock."""
        change = Change(self._folder, self._database, self._synced(syncing.seal_in))
        try:
            yield change
        finally:
            self._database.use(change.done)

    def page(self, wanted: RunFilter, first: int, count: int) -> Page:
        """`count` runs from place `first` on, the newest first."""
        return self._synced(lambda db: queries.page(db, self._folder, wanted, first, count))

    def everything(self) -> tuple[Kept, ...]:
        """All runs that can be read, after a look at the folder of each."""

        def work(db: Connection) -> tuple[Kept, ...]:
            syncing.check_all(db, self._folder)
            return queries.page(db, self._folder, RunFilter(), 0, ALL).entries

        return self._synced(work)

    def tags(self, wanted: RunFilter) -> tuple[str, ...]:
        """All tags of the runs of an owner and of those that are linked."""
        return self._synced(lambda db: queries.tags(db, wanted))

    def largest(self, wanted: RunFilter) -> int:
        """Bytes of the largest run of an owner."""
        return self._synced(lambda db: queries.largest(db, wanted))

    def printed(self, fingerprint: str) -> list[Kept]:
        """Studies with a fingerprint."""
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
        for name in self._synced(queries.pinned):
            with suppress(OSError, ValueError, KeyError, TypeError):
                text = (self._folder / name / "run.json").read_text(encoding="utf-8")
                run = json.loads(text)
                found.add(data / MODELS / str(run["model_sha256"]))
                found.add(data / PICTURES / str(run["picture_sha256"]))
        return found

    def tidy(self) -> None:
        """Look at every run's folder; delete what killed writers have left in it. Never raises."""

        def work(db: Connection) -> list[str]:
            known = {name for (name,) in db.execute("SELECT id FROM runs")}
            syncing.sync(db, self._folder)
            new = {name for (name,) in db.execute("SELECT id FROM runs")} - known
            return [*syncing.check_all(db, self._folder), *new]

        with suppress(OSError):
            clear_drafts(self._folder / name for name in self._database.use(work))

    def _synced(self, work: Callable[[Connection], T]) -> T:
        def both(db: Connection) -> T:
            syncing.sync(db, self._folder)
            return work(db)

        return self._database.use(both)


class Change:
    """One change of a folder. Whatever it names is read again when it is over, or after a kill."""

    def __init__(self, folder: Path, database: Database, before: int | None) -> None:
        self._folder, self._database, self._before = folder, database, before
        self._names: list[str] = []

    def of(self, name: str) -> None:
        """This run is about to come, to go or to change."""
        self._names.append(name)
        self._database.use(lambda db: syncing.doubt(db, name))

    def size(self, but: str) -> int:
        """Bytes of all runs but one, of which a reader may have made a row already."""
        return self._database.use(lambda db: queries.total_size(db, but))

    def oldest(self, over: int, but: str) -> list[Kept]:
        """The oldest runs that were not pinned before, but one, until they hold `over` bytes."""
        return self._database.use(lambda db: queries.oldest(db, self._folder, over, but))

    def done(self, db: Connection) -> None:
        """Write the rows, and that they are complete."""
        syncing.put(db, self._folder, self._names)
        syncing.sealed(db, self._folder, self._before)
