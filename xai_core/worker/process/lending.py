"""Files for a worker process: linked, else copied, into the one folder of theirs that it may read.

The rules of its cage are laid before its model is known, so that it can be started in advance.
"""

from __future__ import annotations

import os
import shutil
import stat
from collections.abc import Sequence
from contextlib import suppress
from itertools import count
from pathlib import Path

from xai_core.base.errors import ModelError
from xai_core.base.storage.tree import remove_tree
from xai_core.models.peek.hub_files import BESIDE, hub_files, pieces_beside
from xai_core.models.runtimes.openvino import WEIGHTS as OPENVINO
from xai_core.models.runtimes.openvino import is_graph
from xai_core.models.tensorflow.folder import GRAPH, WEIGHTS

MAX_FILES = 10_000  # and folders
MAX_DEPTH = 64
MAX_NAME = 200  # bytes; its end is kept, where the extension is
BESIDE_GRAPH = (WEIGHTS, "assets")


class LentFiles:
    """Files that stay lent until `clear`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._numbers = count()

    def lend(self, paths: Sequence[Path], name: str | None = None) -> tuple[Path, ...]:
        """Where the process finds these files, under their own names; earlier ones are gone.

        Args:
            name: of the first, where the user calls it otherwise than its path does.

        Raises:
            ModelError: one is not there or cannot be read.
        """
        self.clear()
        return tuple(
            self._one(path, name if number == 0 else None) for number, path in enumerate(paths)
        )

    def clear(self) -> None:
        """Take back what is lent; what the process has open stays open."""
        remove_tree(self._folder)

    def _one(self, path: Path, name: str | None) -> Path:
        place = self._folder / str(next(self._numbers)) / (plain_name(name) or path.name)
        try:
            place.parent.mkdir(parents=True)
            for source, target in _parts(path, place):
                target.parent.mkdir(parents=True, exist_ok=True)
                _connection(source, target)
        except OSError as cause:
            raise _unreadable(path, place.name, cause) from cause
        return place


def _parts(path: Path, place: Path) -> list[tuple[Path, Path]]:
    """What belongs to a model's path: a file, or the files of a folder."""
    if path.is_dir():
        return _tree(path, place)
    if not path.is_file():
        raise FileNotFoundError(2, "there is no such file")
    parts = [(path, place)]
    if path.name == GRAPH:  # a SavedModel, named by its graph
        for name in BESIDE_GRAPH:
            if (path.parent / name).is_dir():
                parts += _tree(path.parent / name, place.parent / name)
    elif is_graph(path) and path.with_suffix(OPENVINO).is_file():
        parts.append((path.with_suffix(OPENVINO), place.with_suffix(OPENVINO)))
    elif hub_files(path) is not None:  # weights, whose configuration lies beside them
        beside = (path.parent / name for name in (*BESIDE, *pieces_beside(path)))
        parts += [(one, place.parent / one.name) for one in beside if one.is_file()]
    return parts


def _tree(folder: Path, place: Path) -> list[tuple[Path, Path]]:
    found: list[tuple[Path, Path]] = []
    place.mkdir(parents=True)
    for number, (root, _, names) in enumerate(os.walk(folder)):
        if number > MAX_FILES or len(Path(root).relative_to(folder).parts) > MAX_DEPTH:
            raise OSError(7, "it holds too many folders, or too deep ones")
        for name in names:
            source = Path(root, name)
            if source.is_file() and (not source.is_symlink() or _is_blob(source, folder)):
                found.append((source, place / source.relative_to(folder)))
        if len(found) > MAX_FILES:
            raise OSError(7, f"the folder holds more than {MAX_FILES} files")
    return found


def _is_blob(link: Path, folder: Path) -> bool:
    """A link of Hugging Face's cache to its own bytes; any other may lead out of the folder."""
    blobs = (parent / "blobs" for parent in (folder, *folder.absolute().parents[:2]))
    real = link.resolve()
    return any(one.is_dir() and real.parent == one.resolve() for one in blobs)


def _connection(source: Path, target: Path) -> None:
    real = source.resolve(strict=True)
    with suppress(OSError):  # another disk, or a file of another user
        if _readable_by_mode(real):
            os.link(real, target)
            return
    shutil.copyfile(real, target)


def _readable_by_mode(file: Path) -> bool:
    """Whether a process of this user reads it that has no right of root."""
    found = file.stat()
    if getattr(os, "geteuid", lambda: -1)() != 0:
        return True  # it could not have been opened here either
    if found.st_uid == 0:
        return bool(found.st_mode & stat.S_IRUSR)
    if found.st_gid in (os.getegid(), *os.getgroups()):
        return bool(found.st_mode & stat.S_IRGRP)
    return bool(found.st_mode & stat.S_IROTH)


def plain_name(name: str | None) -> str:
    """A user's name for a file as a name on disk: no folder, no control sign, not too long."""
    last = (name or "").replace("\\", "/").rsplit("/", 1)[-1]
    kept = "".join(sign for sign in last if sign.isprintable()).strip()
    short = kept.encode(errors="ignore")[-MAX_NAME:].decode(errors="ignore")
    return "" if short in (".", "..") else short


def _unreadable(path: Path, name: str, cause: OSError) -> ModelError:
    if not path.exists():
        told = path if name == path.name else name
        return ModelError(f"There is no file {told}.", "Check the path.", code="unknown-format")
    return ModelError(
        f"{name} cannot be handed to the model's process: {cause.strerror}.",
        "Check that you may read it, and that the disk of temporary files has room.",
        code="unknown-format",
    )
