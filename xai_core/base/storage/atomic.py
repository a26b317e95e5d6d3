"""Files and folders that are on the disk as a whole or not at all, also after a kill."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

DRAFT, DELETED = ".draft-", ".deleted-"


@contextmanager
def whole_folder(folder: Path) -> Iterator[Path]:
    """Gives an empty draft to write into; it becomes `folder` when the block ends without error.

    Every file is flushed to the disk before the folder gets its name, and the name after it.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    draft = Path(tempfile.mkdtemp(prefix=DRAFT, dir=folder.parent))
    try:
        yield draft
        draft.chmod(0o755)
        for file in draft.iterdir():
            flush(file)
        flush(draft)
        if folder.exists():
            remove(folder)
        os.replace(draft, folder)
        flush(folder.parent)
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def write_text(path: Path, text: str) -> None:
    """Put a text in the place of a file; a reader finds the old one or the new one."""
    handle, draft = tempfile.mkstemp(prefix=DRAFT, dir=path.parent)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
        flush(Path(draft))
        os.replace(draft, path)
        flush(path.parent)
    finally:
        Path(draft).unlink(missing_ok=True)


def remove(folder: Path) -> None:
    """Delete a folder; a kill leaves the whole of it or nothing under its name."""
    grave = Path(tempfile.mkdtemp(prefix=DELETED, dir=folder.parent))
    with suppress(FileNotFoundError):  # another one was faster
        os.replace(folder, grave)
    shutil.rmtree(grave, ignore_errors=True)


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
