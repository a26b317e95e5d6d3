"""What is being written, or deleted, under a name that nobody asks for; and what is left of it.

Whoever writes a draft holds a lock on it, which the kernel takes back when that program ends. So a
draft that can be locked is of a program that was killed.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from xai_core.base.storage.lock import LOCKS, Lock
from xai_core.base.storage.tree import remove_tree

DRAFT, DELETED = ".draft-", ".deleted-"
MOMENT = 2.0  # seconds between making a draft and its lock, at most
LONG = 3600.0  # the same where a disk or a system has no locks


def clear_drafts(folders: Iterable[Path]) -> None:
    """Delete what killed writers have left in these folders. Never raises."""
    for folder in folders:
        for prefix in (DRAFT, DELETED):
            with suppress(OSError):
                for path in sorted(folder.glob(f"{prefix}*")):
                    _clear(path, prefix)


def _clear(path: Path, prefix: str) -> None:
    try:
        age = time.time() - os.lstat(path).st_mtime
    except OSError:
        return  # finished meanwhile
    if prefix == DELETED or age >= LONG:
        remove_tree(path)
    elif LOCKS and age >= MOMENT:
        lock = Lock(path)
        if lock.take():
            remove_tree(path)
            lock.release()
