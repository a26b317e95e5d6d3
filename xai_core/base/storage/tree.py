"""Deleting a folder that an attacker has filled: of any depth, with any names, modes and flags.

By descriptor: no path grows longer than the kernel takes, and no link leads out. Folders inside are
lifted to the top before they are emptied, so that neither the stack nor open files grow with depth.
"""

from __future__ import annotations

import os
import secrets
import shutil
import stat
from collections.abc import Callable
from contextlib import suppress
from itertools import count
from pathlib import Path

from xai_core.base.storage.flags import clear_flags, clear_flags_of

BY_DESCRIPTOR = (
    os.scandir in os.supports_fd and {os.open, os.unlink, os.rmdir} <= os.supports_dir_fd
)


def remove_tree(path: Path | str) -> bool:
    """Delete a folder, or whatever else has this name; True where nothing is left. Never raises.

    A link is deleted, and not what it leads to.
    """
    try:
        if not stat.S_ISDIR(os.lstat(path).st_mode):
            _unlink(os.fspath(path), None)
        elif BY_DESCRIPTOR:
            _remove_folder(os.fspath(path))
        else:
            shutil.rmtree(path, ignore_errors=True)
    except OSError:
        pass
    except Exception:  # nobody whose folder it was could do anything about it
        return False
    return not os.path.lexists(path)


def open_folder(name: str, parent: int | None = None) -> int:
    """A descriptor of a folder, also where its mode keeps its owner out. Raises `OSError`."""
    flags = os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
    try:
        return os.open(name, os.O_RDONLY | flags, dir_fd=parent)
    except PermissionError:
        if not hasattr(os, "O_PATH"):
            raise
        # By its descriptor: by its name a link could have taken the folder's place meanwhile.
        bare = os.open(name, os.O_PATH | flags, dir_fd=parent)
        try:
            os.chmod(f"/proc/self/fd/{bare}", stat.S_IRWXU)
            return os.open(name, os.O_RDONLY | flags, dir_fd=parent)
        finally:
            os.close(bare)


class _Emptied:
    """Deletes all in a folder; ends when a pass over it has changed nothing.

    Args:
        top: its descriptor.
    """

    def __init__(self, top: int) -> None:
        self._top = top
        self._changed = True
        self._names = (f".{secrets.token_hex(8)}-{number}" for number in count())
        _open_up(top)
        while self._changed:
            self._changed = False
            self._each(top, self._flatten)

    def _each(self, folder: int, with_folder: Callable[[str, int], None]) -> None:
        with os.scandir(folder) as entries:
            for entry in entries:
                with suppress(OSError):
                    if not entry.is_dir(follow_symlinks=False):
                        _unlink(entry.name, folder)
                    elif not _is_removed(entry.name, folder):
                        with_folder(entry.name, folder)
                    self._changed = True

    def _flatten(self, name: str, parent: int) -> None:
        """Delete a folder in the top one; the folders in it come to lie there themselves."""
        folder = open_folder(name, parent)
        try:
            _open_up(folder)
            self._each(folder, self._lift)
        finally:
            os.close(folder)
        os.rmdir(name, dir_fd=parent)

    def _lift(self, name: str, parent: int) -> None:
        folder = open_folder(name, parent)
        try:
            _open_up(folder)  # what cannot be written cannot be moved either
        finally:
            os.close(folder)
        os.rename(name, next(self._names), src_dir_fd=parent, dst_dir_fd=self._top)


def _remove_folder(path: str) -> None:
    folder = open_folder(path)
    try:
        _Emptied(folder)
    finally:
        os.close(folder)
    os.rmdir(path)


def _open_up(folder: int) -> None:
    """Let its owner delete what is in it, and move it."""
    clear_flags_of(folder)
    if os.fstat(folder).st_mode & stat.S_IRWXU != stat.S_IRWXU:
        os.fchmod(folder, stat.S_IRWXU)


def _is_removed(name: str, parent: int) -> bool:
    with suppress(OSError):
        os.rmdir(name, dir_fd=parent)
        return True
    return False


def _unlink(name: str, parent: int | None) -> None:
    try:
        os.unlink(name, dir_fd=parent)
    except PermissionError:
        clear_flags(name, parent)
        os.unlink(name, dir_fd=parent)
