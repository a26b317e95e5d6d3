"""The shards of one study in a folder: written whole or not at all, read as a stream."""

from __future__ import annotations

import io
import secrets
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np

from xai_core.base.storage.atomic import write_bytes
from xai_core.studies.shards.description import Description, read_description
from xai_core.studies.shards.keys import Keys, first_of_each, halves
from xai_core.studies.shards.row import Row
from xai_core.studies.shards.table import SETTING, rows_of, table_of

ENDING, LEVEL = ".parquet", 3
BATCH = 4096  # rows of a batch, 1.6 MB of curves


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
        """The keys of all rows; 16 bytes for each, and three times that while they are read.

        Pictures that were not there to be read are left out: they are looked for again.
        """
        return Keys(block for _, block in self._key_blocks(lasting=True))

    def write(self, rows: Sequence[Row]) -> Path | None:
        """One more shard; when this returns, a kill does not lose it. None without rows.

        Raises:
            XaiError: the disk is full or cannot be written; nothing is left of it.
        """
        if not rows:
            return None
        import pyarrow.parquet as pq

        data = io.BytesIO()
        pq.write_table(table_of(rows, self.key), data, compression="zstd", compression_level=LEVEL)
        moment = datetime.now(UTC).strftime("%Y%m%dT%H%M%S%f")
        path = self.folder / f"{moment}-{secrets.token_hex(8)}{ENDING}"
        write_bytes(path, data.getvalue())
        return path

    def batches(self, columns: Sequence[str] | None = None) -> Iterator[Any]:
        """All rows as `pyarrow.RecordBatch`es of at most 4,096, refused pictures among them.

        Args:
            columns: None takes all, in the order of `schema()`.
        """
        blocks = list(self._key_blocks())
        names = [(name, len(block) // 16) for name, block in blocks]
        first = first_of_each(halves(b"".join(block for _, block in blocks)))
        del blocks
        at = 0
        for name, count in names:
            keep = None if first is None else first[at : at + count]
            at += count
            if keep is None or keep.any():
                yield from self._batches_of(name, columns, keep)

    def rows(self) -> Iterator[Row]:
        """All rows, one after the other."""
        for batch in self.batches():
            yield from rows_of(batch)

    def _names(self) -> list[str]:
        return sorted(one.name for one in self.folder.glob(f"[!.]*{ENDING}"))

    def _key_blocks(self, lasting: bool = False) -> Iterator[tuple[str, bytes]]:
        """The keys of each file that can be read; `lasting`: of what is not looked for again."""
        for name in self._names():
            try:
                yield name, self._keys_of(name, lasting)
                self.skipped.pop(name, None)
            except FileNotFoundError:  # merged into another one meanwhile
                continue
            except (OSError, ValueError, KeyError) as cause:
                self.skipped[name] = str(cause)

    def _keys_of(self, name: str, lasting: bool) -> bytes:
        import pyarrow.compute as pc

        with self._opened(name) as file:
            table = file.read(columns=["key", "picture"] if lasting else ["key"])
        if lasting:
            table = table.filter(pc.not_equal(table["picture"], ""))
        return b"".join(
            bytes(chunk.buffers()[1])[chunk.offset * 16 : (chunk.offset + len(chunk)) * 16]
            for chunk in table["key"].chunks
            if len(chunk)
        )

    def _batches_of(
        self, name: str, columns: Sequence[str] | None, keep: np.ndarray | None
    ) -> Iterator[Any]:
        import pyarrow as pa

        at = 0
        with self._opened(name) as file:
            for batch in file.iter_batches(BATCH, columns=columns and list(columns)):
                here = None if keep is None else keep[at : at + batch.num_rows]
                at += batch.num_rows
                yield batch if here is None else batch.filter(pa.array(here))

    def _opened(self, name: str) -> Any:
        """Raises `ValueError` where the file is broken or of another study."""
        import pyarrow.parquet as pq

        file = pq.ParquetFile(self.folder / name)
        found = (file.schema_arrow.metadata or {}).get(SETTING, b"").decode(errors="replace")
        if found != self.key:
            file.close()
            raise ValueError("it is of another study")
        return file
