"""Flags of files that keep also root from deleting them: immutable, append-only (Linux)."""

from __future__ import annotations

import os
import struct
from contextlib import suppress

GET_FLAGS, SET_FLAGS = 0x80086601, 0x40086602
IMMUTABLE, APPEND = 0x10, 0x20


def clear_flags(name: str, parent: int | None) -> None:
    """Let a file be deleted. Does nothing where there is no such flag, or no right to clear it."""
    with suppress(OSError):
        # Not waiting: a pipe that nobody writes to is opened as well.
        flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC | os.O_NOCTTY
        handle = os.open(name, flags, dir_fd=parent)
        try:
            clear_flags_of(handle)
        finally:
            os.close(handle)


def clear_flags_of(handle: int) -> None:
    """The same, of an open file or folder."""
    try:
        import fcntl
    except ImportError:  # Windows
        return
    with suppress(OSError):
        (flags,) = struct.unpack("l", fcntl.ioctl(handle, GET_FLAGS, bytes(8)))
        if flags & (IMMUTABLE | APPEND):
            fcntl.ioctl(handle, SET_FLAGS, struct.pack("l", flags & ~(IMMUTABLE | APPEND)))
