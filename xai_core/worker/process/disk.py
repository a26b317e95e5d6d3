"""How much disk a worker process takes, also in files that have no name any more."""

from __future__ import annotations

import contextlib
import os
import stat
from collections.abc import Iterator
from pathlib import Path

from xai_core.base.storage.usage import BLOCK, Usage, usage

DEPTH = 64  # of folders in folders; an archive that is unpacked has 16
ENTRIES = 50_000
MAPS = 2**24  # characters of the list of what a process has mapped; torch's has a 50th of it


def written(folder: Path, pid: int, entries: int = ENTRIES) -> Usage:
    """What lies below a folder, and in deleted files that the process still uses.

    What vanishes meanwhile is not counted. Deleted files are seen on Linux only.

    Args:
        entries: counting ends above so many.
    """
    found = usage(folder, entries=entries, depth=DEPTH)
    mapped = _maps(pid)
    taken = found.bytes + sum(_opened(pid)) + sum(_deleted(mapped, str(folder)))
    return Usage(taken, found.entries, found.complete and len(mapped) <= MAPS)


def _opened(pid: int) -> Iterator[int]:
    with contextlib.suppress(OSError):
        for number in os.listdir(f"/proc/{pid}/fd"):
            with contextlib.suppress(OSError):
                found = os.stat(f"/proc/{pid}/fd/{number}")
                if stat.S_ISREG(found.st_mode) and found.st_nlink == 0:
                    yield found.st_blocks * BLOCK


def _maps(pid: int) -> str:
    with contextlib.suppress(OSError), open(f"/proc/{pid}/maps", errors="replace") as file:
        return file.read(MAPS + 1)
    return ""


def _deleted(maps: str, folder: str) -> Iterator[int]:
    for line in maps.split("\n"):
        if line.endswith("(deleted)") and folder in line:
            start, _, end = line.partition(" ")[0].partition("-")
            yield int(end, 16) - int(start, 16)
