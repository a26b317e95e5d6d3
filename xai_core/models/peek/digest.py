"""Size and SHA-256 of a model, file or folder."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path


@dataclass(frozen=True)
class Digest:
    """Size in bytes, and SHA-256 of the bytes in hexadecimal."""

    size: int
    sha256: str


def digest(path: Path) -> Digest:
    """Of a file's bytes; of a folder, over the names and bytes of its files in order."""
    stat = path.stat()
    return _digest(path, stat.st_mtime_ns, stat.st_size)


@lru_cache(maxsize=8)
def _digest(path: Path, modified: int, size: int) -> Digest:
    if path.is_file():
        with path.open("rb") as file:
            return Digest(size, hashlib.file_digest(file, "sha256").hexdigest())
    total, folder = 0, hashlib.sha256()
    for file_path in sorted(item for item in path.rglob("*") if item.is_file()):
        with file_path.open("rb") as file:
            inner = hashlib.file_digest(file, "sha256").digest()
        folder.update(str(file_path.relative_to(path)).encode() + b"\0" + inner)
        total += file_path.stat().st_size
    return Digest(total, folder.hexdigest())
