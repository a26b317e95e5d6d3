"""Who computes a study: one job at a time in one folder, and its lock ends with it."""

from __future__ import annotations

import errno
import json
import os
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from xai_core.base.errors import InputError
from xai_core.base.storage.files import writing
from xai_core.base.storage.lock import FLAGS, lock_file

NAME = "job.lock"
LOOKS, MOMENT = 5, 0.05  # tries, and seconds between: who only looks holds it for an instant


@contextmanager
def held(folder: Path) -> Iterator[None]:
    """While this program computes the study in a folder.

    Raises:
        InputError: another one does; says which.
        XaiError: the disk cannot be written.
    """
    with writing():
        folder.mkdir(parents=True, exist_ok=True)
        handle = os.open(folder / NAME, FLAGS, 0o600)
    try:
        if not _taken(handle):
            raise InputError(
                f"This study is being computed already{_told(handle)}.",
                f"Watch it with `pedestal study --status {folder}`, or take another folder.",
            )
        with writing():
            _sign(handle)
        yield
    finally:
        os.close(handle)


def is_held(folder: Path) -> bool | None:
    """Whether somebody computes it now; None where that cannot be told."""
    with suppress(OSError):
        handle = _to_look(folder / NAME)
        try:
            free = lock_file(handle)
            return None if free is None else not free
        finally:
            os.close(handle)
    return False if not (folder / NAME).exists() else None


def _to_look(path: Path) -> int:
    flags = getattr(os, "O_CLOEXEC", 0)
    try:
        return os.open(path, os.O_RDWR | flags)  # NFS locks no file that is only read
    except OSError as cause:
        if cause.errno not in (errno.EACCES, errno.EPERM, errno.EROFS):
            raise
        return os.open(path, os.O_RDONLY | flags)


def _taken(handle: int) -> bool:
    """Whether it is ours now, or there are no locks here."""
    for _ in range(LOOKS):
        if lock_file(handle) is not False:
            return True
        time.sleep(MOMENT)
    return False


def _sign(handle: int) -> None:
    now = datetime.now(UTC).isoformat(" ", "seconds")
    told = {"process": os.getpid(), "machine": socket.gethostname(), "since": now}
    os.ftruncate(handle, 0)
    os.lseek(handle, 0, os.SEEK_SET)
    os.write(handle, json.dumps(told).encode())


def _told(handle: int) -> str:
    with suppress(OSError, ValueError, KeyError, TypeError):
        os.lseek(handle, 0, os.SEEK_SET)  # `pread` is not there on Windows
        told: dict[str, Any] = json.loads(os.read(handle, 10_000))
        process, machine, since = (str(told[name]) for name in ("process", "machine", "since"))
        return f" by process {process} on {machine}, since {since}"
    return ""
