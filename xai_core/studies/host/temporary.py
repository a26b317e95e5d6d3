"""Temporary folders of programs that may be killed: the next one deletes them."""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from xai_core.base.errors import XaiError
from xai_core.base.storage.files import writing
from xai_core.base.storage.lock import Lock
from xai_core.base.storage.tree import remove_tree

MOMENT = 5.0  # seconds between a folder and its lock, at most


@contextmanager
def temporary(prefix: str, root: Path | None = None) -> Iterator[Path]:
    """A new folder, locked and then deleted. Raises `XaiError` where the disk cannot be written."""
    with writing():
        folder = Path(tempfile.mkdtemp(prefix=prefix, dir=root))
    lock = Lock(folder)
    lock.take()
    try:
        yield folder
    finally:
        with suppress(XaiError, OSError):
            remove_tree(folder)
        lock.release()


def clear(prefix: str, root: Path | None = None) -> None:
    """Delete this user's folders of that prefix that no living program has locked."""
    own = getattr(os, "getuid", lambda: None)()
    with suppress(OSError):
        for folder in (root or Path(tempfile.gettempdir())).glob(f"{prefix}*"):
            with suppress(XaiError, OSError):
                told = folder.lstat()
                if own is None or told.st_uid != own or time.time() - told.st_mtime < MOMENT:
                    continue
                lock = Lock(folder)
                if lock.take():
                    remove_tree(folder)
                    lock.release()
