"""One server owns a data folder: another one would not know what is in use there, and delete it."""

from __future__ import annotations

import json
import os
import socket
import threading
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from xai_core.base.errors import InputError
from xai_core.base.storage.files import data_folder
from xai_core.base.storage.lock import LOCKS, lock_file

NAME = ".server.lock"
MOST = 4096  # bytes of what a lock file says

_held: dict[Path, int] = {}
_threads = threading.Lock()


def own_data_folder() -> bool:
    """Be the server of the data folder from now on, for as long as this program runs.

    True where it was not before. A folder that cannot be written needs no owner.

    Raises:
        InputError: another server is.
    """
    folder = data_folder().absolute()
    with _threads:
        if not LOCKS or folder in _held:
            return False
        with suppress(OSError):
            handle = _opened(folder)
            if lock_file(handle) is False:
                told = _told(handle)
                os.close(handle)
                raise in_use(told)
            _held[folder] = handle
            _sign(handle)
            return True
    return False


def check_data_folder() -> None:
    """Raises `InputError` where another server owns the data folder now."""
    folder = data_folder().absolute()
    with _threads, suppress(OSError):
        if LOCKS and folder not in _held and (folder / NAME).exists():
            handle = _opened(folder)
            try:
                if lock_file(handle) is False:
                    raise in_use(_told(handle))
            finally:
                os.close(handle)


def in_use(told: str) -> InputError:
    """What the second one is told."""
    return InputError(
        f"Another server uses the data folder of this one{told}.",
        "Stop that one, or give this one a folder of its own: PEDESTAL_DATA.",
        code="data-in-use",
    )


def _opened(folder: Path) -> int:
    folder.mkdir(parents=True, exist_ok=True)
    flags = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
    return os.open(folder / NAME, flags, 0o600)


def _sign(handle: int) -> None:
    now = datetime.now(UTC).isoformat(" ", "minutes")
    told = {"process": os.getpid(), "machine": socket.gethostname(), "since": now}
    os.ftruncate(handle, 0)
    os.pwrite(handle, json.dumps(told).encode(), 0)


def _told(handle: int) -> str:
    """Who holds it, as far as its lock file says so."""
    with suppress(OSError, ValueError, KeyError, TypeError, RecursionError):
        found = json.loads(os.pread(handle, MOST, 0))
        words = f"process {found['process']} on {found['machine']}, since {found['since']}"
        return f": {''.join(sign for sign in words if sign.isprintable())[:200]}"
    return ""
