"""A lock on a file or folder that tells the living from the dead: it ends with its program."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

try:
    import fcntl
except ImportError:  # Windows has no such lock
    fcntl = None  # type: ignore[assignment]


LOCKS = fcntl is not None
FLAGS = os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_CLOEXEC", 0)


def lock_file(handle: int) -> bool | None:
    """Whether an open file is locked by this program now; it is until it is closed.

    None where the system, or the disk, has no such locks.
    """
    if fcntl is None:
        return None
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:
        return None
    return True


class Lock:
    """A lock of this program on what lies at `path`; a link there is never followed."""

    def __init__(self, path: Path | str) -> None:
        self._path = path
        self._handle: int | None = None

    def take(self) -> bool:
        """Whether it is ours now: nobody else holds it, and the system has such locks."""
        if not LOCKS or self._handle is not None:
            return self._handle is not None
        with suppress(OSError):
            handle = os.open(self._path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
            if lock_file(handle):
                self._handle = handle
                return True
            os.close(handle)
        return False

    def release(self) -> None:
        """Let others have it."""
        handle, self._handle = self._handle, None
        if handle is not None:
            with suppress(OSError):
                os.close(handle)
