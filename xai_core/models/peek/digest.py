"""Size and SHA-256 of a model, file or folder."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

State = tuple[tuple[str, int, int, int, int], ...]
"""Of each file: its name, and what changes when its bytes do."""


@dataclass(frozen=True)
class Digest:
    """Size in bytes, and SHA-256 of the bytes in hexadecimal."""

    size: int
    sha256: str


def digest(path: Path) -> Digest:
    """Of a file's bytes; of a folder, over the names and bytes of its files in order."""
    return _remembered(path, tuple(_state(file, path) for file in _files(path)))


def counted(path: Path) -> Digest:
    """The same, never from memory: of the bytes that are there now."""
    if path.is_file():
        with path.open("rb") as file:
            return Digest(path.stat().st_size, hashlib.file_digest(file, "sha256").hexdigest())
    total, folder = 0, hashlib.sha256()
    for file_path in _files(path):
        with file_path.open("rb") as file:
            inner = hashlib.file_digest(file, "sha256").digest()
        folder.update(str(file_path.relative_to(path)).encode() + b"\0" + inner)
        total += file_path.stat().st_size
    return Digest(total, folder.hexdigest())


@lru_cache(maxsize=8)
def _remembered(path: Path, state: State) -> Digest:
    return counted(path)


def _files(path: Path) -> list[Path]:
    if not path.is_dir():
        return [path]
    return sorted(item for item in path.rglob("*") if item.is_file())


def _state(file: Path, root: Path) -> tuple[str, int, int, int, int]:
    stat = file.stat()
    name = str(file.relative_to(root))
    return name, stat.st_ino, stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns
