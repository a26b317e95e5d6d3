"""How much a folder holds that may be filled against us: by descriptor, and never for long."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from xai_core.base.storage.tree import open_folder

BLOCK = 512  # the unit of st_blocks, whatever the disk


@dataclass(frozen=True)
class Usage:
    """What lies below a folder.

    Attributes:
        bytes: on the disk, of files and folders. entries: files, folders and links.
        complete: all was counted; otherwise it lies deeper, or is more, than was asked for.
    """

    bytes: int
    entries: int
    complete: bool


def usage(folder: Path, *, entries: int, depth: int) -> Usage:
    """What lies below a folder, as far as it can be looked at; what vanishes is not counted.

    Args:
        entries: counting ends above so many. depth: of folders in folders, below which it ends.
    """
    taken, found = 0, 0
    with suppress(OSError):
        top = open_folder(os.fspath(folder))
        try:
            for size in _below(top, depth):
                if size is None or found >= entries:
                    return Usage(taken, found, False)
                taken, found = taken + size, found + 1
        finally:
            os.close(top)
    return Usage(taken, found, True)


def _below(folder: int, depth: int) -> Iterator[int | None]:
    """The size of each entry; None for a folder that lies too deep, or lets nobody look into it."""
    with os.scandir(folder) as entries:
        for entry in entries:
            try:
                yield entry.stat(follow_symlinks=False).st_blocks * BLOCK
                if not entry.is_dir(follow_symlinks=False):
                    continue
                if depth == 0:
                    yield None
                    return
                inner = open_folder(entry.name, folder)
            except PermissionError:
                yield None
                continue
            except OSError:  # gone, or another thing by now
                continue
            try:
                yield from _below(inner, depth - 1)
            finally:
                os.close(inner)
