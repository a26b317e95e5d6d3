"""Rows on their way to the disk: in shards of some seconds, each row once."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from types import TracebackType
from typing import Self

from xai_core.studies.shards import Row, Shards
from xai_core.studies.shards.keys import Keys

EVERY, MANY = 3.0, 4096  # seconds, and rows, after which a shard is written
FILES = 64  # shards after which the small ones are merged


class Writer:
    """Writes what is added, at the latest when it is left, also by an error; a context manager.

    Small shards are merged from time to time, and at the end of a job that is through.

    Args:
        known: keys of the rows that there are; grows with what is written.
        completed: a row with what there was of it; None where it cannot be kept so.
    """

    def __init__(
        self,
        shards: Shards,
        known: Keys,
        completed: Callable[[Row], Row | None] = lambda row: row,
    ) -> None:
        self._shards, self._known, self._completed = shards, known, completed
        self._waiting: dict[bytes, Row] = {}
        self._since, self._files = time.monotonic(), 0

    def add(self, rows: Iterable[Row]) -> None:
        """These, but for those that there are."""
        for row in rows:
            key = row.key(self._shards.key)
            if key not in self._known and key not in self._waiting:
                whole = self._completed(row)
                if whole is not None:
                    self._waiting[key] = whole

    def flush_if_due(self) -> None:
        """Write them where they are many, or have waited long. Raises `XaiError`."""
        if len(self._waiting) >= MANY or time.monotonic() - self._since >= EVERY:
            self.flush()

    def flush(self) -> None:
        """Write them now.

        Raises:
            XaiError: the disk is full or cannot be written; they are kept for the next time.
        """
        if self._shards.write(list(self._waiting.values())) is not None:
            self._files += 1
        for key in self._waiting:
            self._known.add(key)
        self._waiting = {}
        if self._files >= FILES:
            self._shards.compact()
            self._files = 0
        self._since = time.monotonic()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.flush()
        if error is None:
            self._shards.compact()
