"""A zip archive in the one form that every reader understands alike.

Readers disagree on archives that are not laid out plainly: which of two directories counts, whether
`CODE/A.PY` is `code/a.py`, whether the local header or the directory is right. Here the entries lie
one behind the other from the first byte on, then one directory, then its end and nothing else, and
what is said twice agrees.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import BinaryIO

from xai_core.base.storage.zip_records import (
    DEFLATED,
    Record,
    StrangeZipError,
    place,
    read_directory,
)

MAX_DIRECTORY = 64 * 2**20
MAX_ENTRIES = 200_000
END, END_SIZE, COMMENT = b"PK\x05\x06", 22, 2**16
LOCATOR, LOCATOR_SIZE = b"PK\x06\x07", 20
END_64, END_64_SIZE = b"PK\x06\x06", 56


class BrokenZipError(ValueError):
    """It breaks off, or is no archive."""


@dataclass(frozen=True)
class StrictZip:
    """A checked archive. entries: by name, in the directory's order. starts: of their bytes."""

    path: Path
    entries: Mapping[str, Record]
    starts: Mapping[str, int]

    def read(self, name: str, limit: int) -> bytes:
        """The unpacked bytes of one entry.

        Raises:
            KeyError: there is none. BrokenZipError: it is damaged, or larger than `limit`.
        """
        entry = self.entries[name]
        if max(entry.size, entry.packed) > limit:
            raise BrokenZipError(f"{name} is larger than {limit} bytes")
        with self.path.open("rb") as file:
            file.seek(self.starts[name])
            data = file.read(entry.packed)
        if entry.method == DEFLATED:
            data = _inflated(data, entry)
        if len(data) != entry.size or zlib.crc32(data) != entry.crc:
            raise BrokenZipError(f"{name} is damaged")
        return data


def strict_zip(path: Path) -> StrictZip:
    """Read the directory and hold everything against it; the contents stay on disk.

    Raises:
        BrokenZipError: the file breaks off or is no zip. StrangeZipError: it is not laid out
            plainly, with the rule that it breaks. OSError: it cannot be read.
    """
    stat = path.stat()
    return _read(path, stat.st_mtime_ns, stat.st_size)


@lru_cache(maxsize=8)
def _read(path: Path, modified: int, size: int) -> StrictZip:
    try:
        with path.open("rb") as file:
            count, length, start = _directory_place(file, size)
            file.seek(start)
            records = read_directory(file.read(length), count)
            starts = _starts(file, records, start)
    except struct.error as cause:
        raise BrokenZipError("it breaks off") from cause
    entries = {record.name: record for record in records}
    folded = {name.encode().lower() for name in entries}
    if len(folded) != len(records):  # torch's reader looks names up in any case
        raise StrangeZipError("it holds two entries of one name, or that differ only in case")
    return StrictZip(path, MappingProxyType(entries), MappingProxyType(starts))


def _directory_place(file: BinaryIO, size: int) -> tuple[int, int, int]:
    """Number of entries, and length and start of the directory, which ends where its end begins."""
    end = size - END_SIZE
    tail = _at(file, max(0, end), END_SIZE)
    if not tail.startswith(END) or len(tail) < END_SIZE:
        before = _at(file, max(0, end - COMMENT), COMMENT + END_SIZE)
        if END in before:
            raise StrangeZipError("something follows its end")
        raise BrokenZipError("it breaks off, or is no zip archive")
    disk, first, here, count, length, start, comment = struct.unpack_from("<4H2IH", tail, 4)
    if comment or disk or first or here != count:
        raise StrangeZipError("its end names a comment or another disk")
    wide = _wide_end(file, end)
    if wide is not None:
        end, narrow = wide[3], (count, length, start)
        for value, limit, true in zip(narrow, (0xFFFF, 2**32 - 1, 2**32 - 1), wide, strict=False):
            if value not in (true, limit):
                raise StrangeZipError("its two end records disagree")
        count, length, start = wide[:3]
    if start + length != end:
        raise StrangeZipError("bytes lie between its directory and its end")
    if length > MAX_DIRECTORY or count > MAX_ENTRIES:
        raise StrangeZipError(f"it has {count} entries")
    return count, length, start


def _wide_end(file: BinaryIO, end: int) -> tuple[int, int, int, int] | None:
    """The ZIP64 end record: entries, length, start of the directory, and where the record is."""
    locator = _at(file, max(0, end - LOCATOR_SIZE), LOCATOR_SIZE)
    if not locator.startswith(LOCATOR):
        return None
    at = end - LOCATOR_SIZE - END_64_SIZE
    disk, where, disks = struct.unpack_from("<IQI", locator, 4)
    if disk or disks > 1 or where != at or at < 0:
        raise StrangeZipError("its ZIP64 end record is elsewhere")
    record = _at(file, at, END_64_SIZE)
    size, _, _, disk, first, here, count, length, start = struct.unpack_from(
        "<QHHIIQQQQ", record, 4
    )
    if not record.startswith(END_64) or size != END_64_SIZE - 12:
        raise StrangeZipError("its ZIP64 end record is not plain")
    if disk or first or here != count:
        raise StrangeZipError("its ZIP64 end record names another disk")
    return count, length, start, at


def _starts(file: BinaryIO, records: list[Record], end: int) -> dict[str, int]:
    """Where the bytes of each begin; they lie one behind the other, as the directory says."""
    at, starts = 0, {}
    for record in sorted(records, key=lambda record: record.offset):
        if record.offset != at:
            raise StrangeZipError(f"entries overlap or leave room before {record.name!r}")
        starts[record.name], at = place(file, record)
    if at != end:
        raise StrangeZipError("bytes lie between its entries and its directory")
    return starts


def _at(file: BinaryIO, start: int, count: int) -> bytes:
    file.seek(start)
    return file.read(count)


def _inflated(data: bytes, entry: Record) -> bytes:
    reader = zlib.decompressobj(-zlib.MAX_WBITS)
    try:
        unpacked = reader.decompress(data, entry.size + 1)
    except zlib.error as cause:
        raise BrokenZipError(f"{entry.name} is damaged: {cause}") from cause
    if not reader.eof or reader.unused_data or reader.unconsumed_tail:
        raise BrokenZipError(f"{entry.name} does not end where the archive says")
    return unpacked
