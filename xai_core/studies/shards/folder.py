"""The shards of one study in a folder: written whole or not at all, read as a stream."""

from __future__ import annotations

import secrets
from collections.abc import Container, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from xai_core.base.errors import XaiError, first_line
from xai_core.studies.shards import files
from xai_core.studies.shards.description import Description, read_description
from xai_core.studies.shards.keys import Keys, first_of_each, halves
from xai_core.studies.shards.row import KEY_BYTES, Row
from xai_core.studies.shards.table import rows_of, table_of

ENDING = ".parquet"
TRIES = 3  # looks at a folder whose files are merged meanwhile


class Shards:
    """All rows of a study. For any thread, and for several programs on one folder.

    A file that cannot be read, or is of another study, is skipped and named in `skipped`. A row
    that two files have counts once: the one of the file whose name comes first.

    Args:
        folder: of the study, with its `setting.json`; see `begin`.

    Raises:
        InputError: there is no study.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.description = read_description(folder)
        self.skipped: dict[str, str] = {}

    @staticmethod
    def begin(folder: Path, description: Description) -> Shards:
        """Those of a folder that may be new. Raises what `Description.begin` does."""
        description.begin(folder)
        return Shards(folder)

    @property
    def key(self) -> str:
        """Of the study's setting."""
        return self.description.key

    def known(self) -> Keys:
        """The keys of all rows; 16 bytes for each, and five times that while they are read.

        Pictures that were not there to be read, or were lost, are left out: they come again.

        Raises:
            XaiError: files are merged faster than they can be read.
        """
        return Keys(block for _, block in self._key_blocks(lasting=True))

    def write(self, rows: Sequence[Row]) -> Path | None:
        """One more shard; when this returns, a kill does not lose it. None without rows.

        Raises:
            XaiError: the disk is full or cannot be written; nothing is left of it.
        """
        if not rows:
            return None
        moment = datetime.now(UTC).strftime("%Y%m%dT%H%M%S%f")
        path = self.folder / f"{moment}-{secrets.token_hex(8)}{ENDING}"
        return files.write(table_of(rows, self.key), path)

    def batches(self, columns: Sequence[str] | None = None) -> Iterator[Any]:
        """All rows as `pyarrow.RecordBatch`es of at most 2,048, refused pictures among them.

        Args:
            columns: None takes all, in the order of `schema()`.

        Raises:
            XaiError: a file was merged or deleted after this began.
        """
        blocks = self._key_blocks()
        names = [(name, len(block) // KEY_BYTES) for name, block in blocks]
        first = first_of_each(halves(b"".join(block for _, block in blocks)))
        del blocks
        at = 0
        for name, count in names:
            keep = None if first is None else first[at : at + count]
            at += count
            if keep is None or keep.any():
                yield from files.batches(self.folder / name, self.key, columns, keep)

    def rows(self) -> Iterator[Row]:
        """All rows, one after the other."""
        for batch in self.batches():
            yield from rows_of(batch)

    def unread(self, read: Container[str]) -> Iterator[tuple[str, list[Row]]]:
        """The rows of each file that is not in `read`, by its name; of a broken one none."""
        for name in self._names():
            if name not in read:
                try:
                    batches = self._table(name).to_batches()
                except FileNotFoundError:  # merged meanwhile
                    continue
                except (OSError, ValueError, KeyError) as cause:
                    self.skipped[name] = first_line(cause)
                    batches = []
                yield name, [row for batch in batches for row in rows_of(batch)]

    def refused(self) -> dict[str, str]:
        """Why pictures were refused, by name; those that came later are left out."""
        found: dict[str, str] = {}
        missed: set[str] = set()
        for kind, picture, name, cause in self._refusals():
            found[name] = cause
            if not picture or kind == "lost":
                missed.add(name)
        if missed:
            for batch in self.batches(["kind", "name"]):
                scores = batch.filter(files.is_score(batch))
                for name in missed.intersection(scores["name"].to_pylist()):
                    found.pop(name, None)
        return found

    def refusals(self) -> Iterator[tuple[str, str, str]]:
        """SHA-256, name and cause of each refused picture; no SHA-256 where it was not there."""
        return ((picture, name, cause) for _, picture, name, cause in self._refusals())

    def _refusals(self) -> Iterator[tuple[str, str, str, str]]:
        import pyarrow.compute as pc

        for batch in self.batches(["kind", "picture", "name", "cause"]):
            for row in batch.filter(pc.invert(files.is_score(batch))).to_pylist():
                yield row["kind"], row["picture"], row["name"], row["cause"] or ""

    def compact(self, rows: int = 50_000) -> int:
        """Merge shards of fewer than a tenth of `rows` into ones of about so many.

        A kill loses and doubles nothing: a merged shard is whole before the first of its parts is
        deleted. Who reads at this moment is told to read again.

        Returns:
            How many files there are fewer; 0 while another one merges them.

        Raises:
            XaiError: the disk is full or cannot be written.
        """
        with files.alone(self.folder) as alone:
            return sum(self._merge(names) for names in self._small(rows)) if alone else 0

    def _small(self, rows: int) -> list[list[str]]:
        """The files that are to be merged, group by group."""
        try:
            sizes = [(name, len(block) // KEY_BYTES) for name, block in self._key_blocks()]
        except XaiError:  # others merge them, where the disk has no locks
            return []
        groups: list[list[str]] = [[]]
        filled = 0
        for name, count in sizes:
            if count >= rows // 10:
                continue
            if filled >= rows:
                groups.append([])
                filled = 0
            groups[-1].append(name)
            filled += count
        return [names for names in groups if len(names) > 1]

    def _merge(self, names: Sequence[str]) -> int:
        import pyarrow as pa

        try:
            table = pa.concat_tables([self._table(name) for name in names])
        except (OSError, ValueError, KeyError):  # as it is; who reads it says what it is
            return 0
        first = first_of_each(files.keys_of(table))
        if first is not None:
            table = table.filter(pa.array(first))
        moment = names[0].split("-")[0]  # it stands where its first part stood
        files.write(table, self.folder / f"{moment}-m{secrets.token_hex(8)}{ENDING}")
        for name in names:
            (self.folder / name).unlink(missing_ok=True)
        return len(names) - 1

    def _key_blocks(self, lasting: bool = False) -> list[tuple[str, bytes]]:
        """The keys of each file that can be read; `lasting`: of what does not come again."""
        read: dict[str, bytes | None] = {}
        for _ in range(TRIES):
            names = self._names()
            read |= {name: self._keys_in(name, lasting) for name in names if read.get(name) is None}
            if not any(read[name] is None and name not in self.skipped for name in names):
                return [(name, block) for name in names if (block := read[name]) is not None]
        raise XaiError(
            f"The files of the study in {self.folder.name} are merged while they are read.",
            "Read it again.",
        )

    def _keys_in(self, name: str, lasting: bool) -> bytes | None:
        """None where it cannot be read, which `skipped` says, or is not there any more."""
        import pyarrow.compute as pc

        self.skipped.pop(name, None)
        try:
            table = self._table(name, ["key", "picture", "kind"] if lasting else ["key"])
        except FileNotFoundError:  # merged: its rows are in a file that came after the names
            return None
        except (OSError, ValueError, KeyError) as cause:
            self.skipped[name] = first_line(cause)
            return None
        if lasting:
            here, there = pc.not_equal(table["picture"], ""), pc.not_equal(table["kind"], "lost")
            table = table.filter(pc.and_(here, there))
        return files.keys_of(table).tobytes()

    def _names(self) -> list[str]:
        return sorted(one.name for one in self.folder.glob(f"[!.]*{ENDING}"))

    def _table(self, name: str, columns: Sequence[str] | None = None) -> Any:
        return files.read(self.folder / name, self.key, columns)
