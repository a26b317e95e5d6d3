"""A path of this machine or a URL that `fsspec` opens, as one thing."""

from __future__ import annotations

import os
import posixpath
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from xai_core.base.errors import InputError, XaiError, first_line
from xai_core.studies.places.url import is_url, system_of, without_credentials


@dataclass(frozen=True)
class Entry:
    """What lies in a folder."""

    name: str
    is_folder: bool


@dataclass(frozen=True)
class Location:
    """Where a file or folder is.

    Attributes:
        address: a path, or a URL with all that it takes to open it; never to be shown or kept.
    """

    address: str = field(repr=False)

    @staticmethod
    def of(where: str | Path) -> Location:
        """A path from the working folder, `~` included, or a URL; `file://` is a path."""
        text = os.fspath(where)
        if text.startswith("file://"):
            text = text.removeprefix("file://")
        return Location(text if is_url(text) else os.path.abspath(os.path.expanduser(text)))

    @property
    def path(self) -> Path | None:
        """Where it is of this machine."""
        return None if is_url(self.address) else Path(self.address)

    @property
    def shown(self) -> str:
        """For messages and results: without credentials."""
        return without_credentials(self.address)

    @property
    def name(self) -> str:
        """The last part of it."""
        return posixpath.basename(self.shown.rstrip("/")) or self.shown

    def __str__(self) -> str:
        return self.shown

    def ends_in(self, *endings: str) -> bool:
        """Whether its name does, in whatever letters."""
        return self.name.lower().endswith(endings)

    def begins_with(self, data: bytes, at: int = 0) -> bool:
        """Whether a file of this machine has these bytes there; elsewhere its name has to do."""
        if self.path is None or not os.path.isfile(self.path):
            return False
        with self.open() as file:
            file.seek(at)
            return file.read(len(data)) == data

    def beside(self, path: str) -> Location:
        """What a path in this file means: from the folder that the file is in, or by itself."""
        if is_url(path) or os.path.isabs(path):
            return Location.of(path)
        before, query = self._parts()
        return Location(posixpath.join(posixpath.dirname(before), path) + query)

    def inside(self, path: str) -> Location:
        """A path in this folder."""
        before, query = self._parts()
        return Location(posixpath.join(before, path) + query)

    def _parts(self) -> tuple[str, str]:
        """The path, and the query of a URL."""
        if self.path is not None:
            return self.address, ""
        before, mark, query = self.address.partition("?")
        return before, mark + query

    def is_folder(self) -> bool:
        """Whether it is one. Raises `InputError` where it cannot be looked at."""
        with self._told():
            if self.path is not None:
                return self.path.is_dir()
            system, path = system_of(self.address)
            return bool(system.isdir(path))

    def is_file(self) -> bool:
        """Whether it is one. Raises `InputError` where it cannot be looked at."""
        with self._told():
            if self.path is not None:
                return self.path.is_file()
            system, path = system_of(self.address)
            return bool(system.isfile(path))

    def entries(self) -> list[Entry]:
        """What lies in this folder, by name; links to folders are left out, they may lead in a
        circle; one that leads nowhere is named. Raises `InputError`."""
        with self._told():
            return sorted(self._entries(), key=lambda one: one.name)

    def _entries(self) -> Iterator[Entry]:
        if self.path is not None:
            with os.scandir(self.path) as found:
                for one in found:
                    is_folder = one.is_dir(follow_symlinks=False)
                    if is_folder or _is_listed(one):
                        yield Entry(one.name, is_folder)
            return
        system, path = system_of(self.address)
        for told in system.ls(path, detail=True):
            full = str(told["name"]).rstrip("/")
            if full != path.rstrip("/"):
                yield Entry(posixpath.basename(full), told["type"] == "directory")

    @contextmanager
    def open(self) -> Iterator[BinaryIO]:
        """The file's bytes, from any place of it. Raises `InputError`, also for what the system
        says while it is read."""
        with self._told():
            if self.path is not None:
                with self.path.open("rb") as file:
                    yield file
                return
            system, path = system_of(self.address)
            with system.open(path, "rb") as file:
                yield file

    @contextmanager
    def _told(self) -> Iterator[None]:
        """What a disk or a network says, in words without credentials."""
        try:
            yield
        except XaiError:
            raise
        except FileNotFoundError:
            raise InputError(f"There is nothing at {self.shown}.", "Check the path.") from None
        except Exception as cause:
            if self.path is not None and not isinstance(cause, OSError):
                raise
            told = getattr(cause, "strerror", None) or first_line(cause) or type(cause).__name__
            told = without_credentials(str(told).replace(self.address, self.shown))
            raise InputError(f"{self.shown} cannot be read: {told}.", "Check it.") from None


def _is_listed(one: os.DirEntry[str]) -> bool:
    """Whether it is a file, or a link that should be one: that is refused when it is opened."""
    try:
        return one.is_file() or (one.is_symlink() and not one.is_dir())
    except OSError:  # a link to itself
        return True
