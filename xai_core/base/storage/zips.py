"""The names in a zip archive, and one small entry of it."""

from __future__ import annotations

import struct
import zipfile
import zlib
from pathlib import Path

BROKEN = (
    *(zipfile.BadZipFile, zlib.error, struct.error, OSError, EOFError, RuntimeError),
    *(ValueError, KeyError, IndexError),
)

MAX_DIRECTORY = 64 * 2**20  # of the list of entries; zipfile makes an object of each at once
END, END_SIZE, COMMENT = b"PK\x05\x06", 22, 2**16
LOCATOR, LOCATOR_SIZE, END_64 = b"PK\x06\x07", 20, b"PK\x06\x06"


def zip_names(path: Path) -> tuple[str, ...] | None:
    """The entries' names; None where the file is no readable zip. Never raises."""
    try:
        if not _starts_as_zip(path) or _directory_size(path) > MAX_DIRECTORY:
            return None
        with zipfile.ZipFile(path) as archive:
            return tuple(archive.namelist())
    except BROKEN:
        return None


def zip_read(path: Path, name: str, limit: int) -> bytes | None:
    """The one entry called `name`, in whatever folder; None where there is none. Never raises."""
    found = [item for item in zip_names(path) or () if f"/{item}".endswith(f"/{name}")]
    if len(found) != 1:
        return None
    try:
        with zipfile.ZipFile(path) as archive, archive.open(found[0]) as entry:
            data = entry.read(limit + 1)  # the size that the archive declares may be a lie
    except BROKEN:
        return None
    return data if len(data) <= limit else None


def _starts_as_zip(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(4) == b"PK\x03\x04"


def _directory_size(path: Path) -> int:
    """Bytes of the list of entries, as the end of the archive declares it."""
    with path.open("rb") as file:
        size = file.seek(0, 2)
        start = max(0, size - END_SIZE - COMMENT)
        file.seek(start)
        tail = file.read()
        at = tail.rfind(END)
        if at < 0 or len(tail) < at + END_SIZE:
            return 0  # no archive: its reader says so
        (declared,) = struct.unpack_from("<I", tail, at + 12)
        before = tail[max(0, at - LOCATOR_SIZE) : at]
        if before.startswith(LOCATOR):
            file.seek(struct.unpack_from("<Q", before, 8)[0])
            record = file.read(56)
            if record.startswith(END_64):
                return int(struct.unpack_from("<Q", record, 40)[0])
        return int(declared)
