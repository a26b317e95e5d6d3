"""What a dashboard was set to, on disk: a small JSON file for each name, bounded in all ways.

A name is a hash of what only its owner knows, so that nobody comes to another's by trying. Files
are written whole or not at all; those that nobody came back to are deleted, and the oldest first
where there are too many.
"""

from __future__ import annotations

import json
import os
import re
import stat
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

from xai_core.base.errors import InputError
from xai_core.base.limits import MB
from xai_core.base.storage.atomic import write_text
from xai_core.base.storage.drafts import clear_drafts
from xai_core.base.storage.files import data_folder, writing
from xai_core.base.storage.tree import remove_tree

AREA = "workspaces"
NAME = re.compile(r"[0-9a-f]{64}")
ASIDE = ".unreadable"
MOST_BYTES, MOST_FILES, MOST_IN_ALL = MB, 10_000, 256 * MB


class StateStore:
    """The states in a folder. days: how long one that nobody came back to stays."""

    def __init__(self, folder: Path | None = None, days: float = 30) -> None:
        self.folder = folder or data_folder() / AREA
        self._seconds = days * 24 * 3600

    def read(self, name: str) -> Any:
        """What was written under a name; None where nothing was.

        Raises:
            InputError: it is no readable file of ours.
        """
        try:
            data = _bytes_of(self._path(name))
            return None if data is None else json.loads(data.decode("utf-8"))
        except (OSError, ValueError, RecursionError) as cause:
            raise InputError("What was kept of this workspace cannot be read.") from cause

    def keep(self, name: str, state: Any) -> None:
        """Keep a state of JSON values.

        Raises:
            InputError: it is too large. XaiError: the disk is full or cannot be written.
        """
        text = json.dumps(state, separators=(",", ":"))
        if len(text.encode()) > MOST_BYTES:
            raise InputError(f"A workspace is kept up to {MOST_BYTES // MB} MB; this one is more.")
        path = self._path(name)
        new = not os.path.lexists(path)
        with writing():
            self.folder.mkdir(parents=True, exist_ok=True)
        write_text(path, text)
        if new:
            self.sweep()

    def set_aside(self, name: str) -> None:
        """Put a file that cannot be read out of the way; it is deleted like the others."""
        path = self._path(name)
        with suppress(OSError):
            if stat.S_ISREG(os.lstat(path).st_mode):
                os.replace(path, path.with_name(name + ASIDE))
            else:
                remove_tree(path)

    def sweep(self) -> None:
        """Delete what is old, and the oldest of what is too much. Never raises."""
        clear_drafts((self.folder,))
        number, total = 0, 0
        for path, size, age in sorted(self._files(), key=lambda one: one[2]):
            number, total = number + 1, total + size
            if age > self._seconds or number > MOST_FILES or total > MOST_IN_ALL:
                remove_tree(path)

    def _files(self) -> list[tuple[Path, int, float]]:
        found, now = [], time.time()
        with suppress(OSError), os.scandir(self.folder) as entries:
            for entry in entries:
                if NAME.fullmatch(entry.name.removesuffix(ASIDE)):
                    with suppress(OSError):
                        told = entry.stat(follow_symlinks=False)
                        found.append((Path(entry.path), told.st_size, now - told.st_mtime))
        return found

    def _path(self, name: str) -> Path:
        if not NAME.fullmatch(name):
            raise InputError("This is not the name of a workspace.")
        return self.folder / name


def _bytes_of(path: Path) -> bytes | None:
    """Of a plain file of bounded size, no link followed, no pipe waited for; None without one."""
    flags = os.O_RDONLY
    for name in ("O_NOFOLLOW", "O_NONBLOCK", "O_CLOEXEC"):
        flags |= getattr(os, name, 0)  # Windows has none of them
    try:
        handle = os.open(path, flags)
    except FileNotFoundError:
        return None
    with open(handle, "rb") as file:
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            raise ValueError("no plain file")
        data = file.read(MOST_BYTES + 1)
    if len(data) > MOST_BYTES:
        raise ValueError("too large")
    return data
