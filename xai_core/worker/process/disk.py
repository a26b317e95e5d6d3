"""How much disk a worker process takes, also in files that have no name any more."""

from __future__ import annotations

import contextlib
import os
import stat
from collections.abc import Iterator
from pathlib import Path

BLOCK = 512  # the unit of st_blocks, whatever the disk


def written(folder: Path, pid: int) -> int:
    """Bytes below a folder, and in deleted files that the process still uses.

    What vanishes meanwhile is not counted. Deleted files are seen on Linux only.
    """
    return sum(_below(folder)) + sum(_opened(pid)) + sum(_mapped(folder, pid))


def _below(folder: Path) -> Iterator[int]:
    folders = [str(folder)]
    while folders:
        with contextlib.suppress(OSError), os.scandir(folders.pop()) as entries:
            for entry in entries:
                if entry.is_dir(follow_symlinks=False):
                    folders.append(entry.path)
                else:
                    yield entry.stat(follow_symlinks=False).st_blocks * BLOCK


def _opened(pid: int) -> Iterator[int]:
    with contextlib.suppress(OSError):
        for number in os.listdir(f"/proc/{pid}/fd"):
            with contextlib.suppress(OSError):
                found = os.stat(f"/proc/{pid}/fd/{number}")
                if stat.S_ISREG(found.st_mode) and found.st_nlink == 0:
                    yield found.st_blocks * BLOCK


def _mapped(folder: Path, pid: int) -> Iterator[int]:
    with contextlib.suppress(OSError), open(f"/proc/{pid}/maps", errors="replace") as lines:
        for line in lines:
            if line.endswith("(deleted)\n") and str(folder) in line:
                start, _, end = line.partition(" ")[0].partition("-")
                yield int(end, 16) - int(start, 16)
