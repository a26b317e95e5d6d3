"""A folder out of a zip archive that nobody vouches for: what is refused, and what is written."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from pathlib import Path

from xai_core.base.errors import XaiError

MAX_ENTRIES = 10_000
MAX_DEPTH = 16
MAX_BYTES = 8 * 2**30
PIECE = 2**20
LINK = 0o120000  # file type of a symbolic link, in a zip entry's Unix mode

Refusal = Callable[[str, str], XaiError]
"""The error for what is wrong with an archive, and the entry that it is about."""


def check_entries(entries: list[zipfile.ZipInfo], refusal: Refusal) -> None:
    """Raises `refusal(...)`: an entry leads out, is a link, encrypted, doubled, or too much."""
    if len(entries) > MAX_ENTRIES:
        raise refusal(f"it has {len(entries)} entries", "")
    if sum(entry.file_size for entry in entries) > MAX_BYTES:
        raise refusal("it unpacks to too much", "")
    seen: set[str] = set()
    for entry in entries:
        name = entry.filename
        if name.startswith("/") or "\\" in name or ":" in name or ".." in name.split("/"):
            raise refusal("an entry leads out of the archive", name)
        if name.count("/") > MAX_DEPTH:
            raise refusal("an entry lies too deep", name[:200])
        if entry.external_attr >> 16 & 0o170000 == LINK:
            raise refusal("an entry is a link", name)
        if entry.flag_bits & 0x1:
            raise refusal("an entry is encrypted", name)
        if name in seen:
            raise refusal("it holds two entries of one name", name)
        seen.add(name)


def unpack(archive: zipfile.ZipFile, root: str, folder: Path, refusal: Refusal) -> None:
    """Write what lies below `root` (`""` or `"name/"`) of a checked archive into a folder.

    Raises what `refusal` gives where it is more than the archive declares and is allowed.
    """
    left = MAX_BYTES
    for entry in archive.infolist():
        if entry.is_dir() or not entry.filename.startswith(root):
            continue
        target = folder / entry.filename.removeprefix(root)
        target.parent.mkdir(parents=True, exist_ok=True)
        with archive.open(entry) as source, target.open("wb") as copy:
            while piece := source.read(min(PIECE, left + 1)):
                left -= len(piece)
                if left < 0:
                    raise refusal("it unpacks to too much", entry.filename)
                copy.write(piece)
