"""Files and folders that are on the disk as a whole or not at all, also after a kill."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from xai_core.base.storage.drafts import DELETED, DRAFT
from xai_core.base.storage.files import writing
from xai_core.base.storage.lock import Lock
from xai_core.base.storage.tree import remove_tree


@contextmanager
def whole_folder(folder: Path) -> Iterator[Path]:
    """Gives an empty draft to write into; it becomes `folder` when the block ends without error.

    Every file is flushed to the disk before the folder gets its name, and the name after it.

    Raises:
        XaiError: the disk is full or cannot be written.
    """
    with writing():
        folder.parent.mkdir(parents=True, exist_ok=True)
        draft = Path(tempfile.mkdtemp(prefix=DRAFT, dir=folder.parent))
        lock = Lock(draft)
        try:
            lock.take()
            yield draft
            draft.chmod(0o755)
            for file in draft.iterdir():
                flush(file)
            flush(draft)
            if os.path.lexists(folder):
                remove(folder)
            os.replace(draft, folder)
            flush(folder.parent)
        finally:
            remove_tree(draft)
            lock.release()


def write_text(path: Path, text: str) -> None:
    """Put a text in the place of a file; a reader finds the old one or the new one.

    Raises `XaiError` where the disk is full or cannot be written.
    """
    write_bytes(path, text.encode())


def write_bytes(path: Path, data: bytes) -> None:
    """Put bytes in the place of a file, and wait until they are on the disk.

    Raises `XaiError` where the disk is full or cannot be written.
    """
    with writing():
        _write(path, data)


def _write(path: Path, data: bytes) -> None:
    handle, draft = tempfile.mkstemp(prefix=DRAFT, dir=path.parent)
    lock = Lock(draft)
    try:
        lock.take()
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        flush(Path(draft))
        os.replace(draft, path)
        flush(path.parent)
    finally:
        Path(draft).unlink(missing_ok=True)
        lock.release()


def remove(folder: Path) -> None:
    """Delete a folder; a kill leaves the whole of it or nothing under its name.

    Raises `XaiError` where the disk cannot be written.
    """
    with writing():
        grave = Path(tempfile.mkdtemp(prefix=DELETED, dir=folder.parent))
        try:
            with suppress(FileNotFoundError):  # another one was faster
                os.replace(folder, grave)
        finally:
            remove_tree(grave)


def flush(path: Path) -> None:
    """Wait until a file or folder is on the disk."""
    try:
        handle = os.open(path, os.O_RDONLY)
    except PermissionError:  # Windows opens no folders
        return
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
