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


def zip_names(path: Path) -> tuple[str, ...] | None:
    """The entries' names; None where the file is no readable zip. Never raises."""
    try:
        if not _starts_as_zip(path):
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
