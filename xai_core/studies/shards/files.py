"""One shard: a Parquet file of a study, read whole or in batches, written whole or not at all."""

from __future__ import annotations

import io
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from xai_core.base.errors import XaiError
from xai_core.base.storage.atomic import write_bytes
from xai_core.base.storage.files import writing
from xai_core.base.storage.lock import FLAGS, lock_file
from xai_core.studies.shards.keys import Halves, halves
from xai_core.studies.shards.table import SETTING, today

REPEATED = ["kind", "method", "parameters", "label", "cause", "mask"]
LOCK = ".merge.lock"
BATCH = 2048  # rows of a batch, 0.8 MB of curves


def write(table: Any, path: Path) -> Path:
    """Write a `pyarrow.Table`; when this returns, a kill does not lose it. Raises `XaiError`."""
    import pyarrow.parquet as pq

    data = io.BytesIO()
    pq.write_table(table, data, compression="zstd", use_dictionary=REPEATED)
    write_bytes(path, data.getvalue())
    return path


@contextmanager
def alone(folder: Path) -> Iterator[bool]:
    """Whether nobody else merges its files until this ends; True where a disk has no locks.

    Raises `XaiError` where it cannot be written.
    """
    with writing():
        handle = os.open(folder / LOCK, FLAGS, 0o600)
    try:
        yield lock_file(handle) is not False
    finally:
        os.close(handle)


def read(path: Path, setting: str, columns: Sequence[str] | None = None) -> Any:
    """The whole of it, a `pyarrow.Table`. Raises as `opened`."""
    with opened(path, setting) as file:
        return today(file.read(columns=columns and list(columns)), columns)


def batches(
    path: Path, setting: str, columns: Sequence[str] | None, keep: np.ndarray | None
) -> Iterator[Any]:
    """Its rows a batch at a time.

    Args:
        keep: whether each of its rows counts; None where all do.

    Raises:
        XaiError: it is not what it was when it was looked at.
    """
    import pyarrow as pa

    at = 0
    try:
        with opened(path, setting) as file:
            for batch in file.iter_batches(BATCH, columns=columns and list(columns)):
                here = None if keep is None else keep[at : at + batch.num_rows]
                at += batch.num_rows
                found = today(batch, columns)
                yield found if here is None else found.filter(pa.array(here))
    except (OSError, ValueError) as cause:
        raise XaiError(
            f"The study's file {path.name} has changed while it was read.", "Read it again."
        ) from cause


def opened(path: Path, setting: str) -> Any:
    """A `pyarrow.parquet.ParquetFile`.

    Raises:
        ValueError: it is broken, or of another setting (the key of one). OSError: it is not there.
    """
    import pyarrow.parquet as pq

    file = pq.ParquetFile(path)
    if (file.schema_arrow.metadata or {}).get(SETTING) != setting.encode():
        file.close()
        raise ValueError("It is of another study.")
    return file


def keys_of(table: Any) -> Halves:
    """Its column of keys."""
    column = table["key"].combine_chunks()
    block = column.buffers()[1] if len(column) else b""
    return halves(block)[column.offset : column.offset + len(column)]


def is_score(batch: Any) -> Any:
    """Which rows of a batch with the column `kind` are scores, not refusals."""
    import pyarrow.compute as pc

    return pc.equal(batch["kind"], "score")
