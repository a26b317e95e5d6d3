"""Where rows of other studies are, by the map that they are of; 24 bytes a row."""

from __future__ import annotations

from array import array
from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from xai_core.base.errors import XaiError
from xai_core.studies.shards import Row, files
from xai_core.studies.shards.keys import halves
from xai_core.studies.shards.table import rows_of

HELD = 4  # files in memory: rows come about in the order in which they were written


class Places:
    """Filled, then asked; a row is read from its file when somebody asks for it."""

    def __init__(self) -> None:
        self.keys = bytearray()
        self._at = array("q")  # number of the file, and row in it
        self._files: list[tuple[Path, str, bool]] = []
        self._order: np.ndarray | None = None
        self._tables: OrderedDict[int, Any] = OrderedDict()

    def open_file(self, path: Path, setting: str, by_mask: bool) -> None:
        """What is added from here on is of this shard.

        Args:
            setting: its study's key. by_mask: its rows say of which mask they are.
        """
        self._files.append((path, setting, by_mask))

    def add(self, key: bytes, row: int) -> None:
        """One row of the file, as `map_keys` calls its map."""
        self.keys += key
        self._at.append((len(self._files) - 1) << 32 | row)

    def rows(self, key: bytes) -> Iterator[Row]:
        """All rows of a map that can still be read."""
        if self._order is None:
            known = halves(bytes(self.keys))
            self._order = np.lexsort((known[:, 1], known[:, 0]))
            self._sorted, self.keys = known[self._order], bytearray()
        high, low = halves(key)[0]
        place = int(np.searchsorted(self._sorted[:, 0], high))
        while place < len(self._sorted) and self._sorted[place, 0] == high:
            if self._sorted[place, 1] == low:
                yield from self._read(self._at[self._order[place]])
            place += 1

    def _read(self, at: int) -> list[Row]:
        number, row = at >> 32, at & 0xFFFFFFFF
        path, setting, by_mask = self._files[number]
        if number not in self._tables:
            try:
                table = files.read(path, setting)
            except (OSError, ValueError, KeyError, XaiError):  # deleted, or merged meanwhile
                table = None
            self._tables[number] = table
            if len(self._tables) > HELD:
                self._tables.popitem(last=False)
        self._tables.move_to_end(number)
        table = self._tables[number]
        if table is None:
            return []
        (found,) = rows_of(table.slice(row, 1).combine_chunks().to_batches()[0])
        return [found if by_mask else unlocalised(found)]


def unlocalised(row: Row) -> Row:
    """A row without what was measured on a mask: nobody knows which."""
    return replace(row, localisation={}, mask=None) if row.localisation or row.mask else row
