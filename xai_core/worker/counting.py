"""What the host itself knows of a file, beside what its process says of it."""

from __future__ import annotations

import threading
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from xai_core.models.peek.digest import Digest, counted


class Told(Protocol):
    """What a process says of a file: a card, an inspection, a verdict."""

    @property
    def sha256(self) -> str:
        """Of the bytes, hexadecimal."""


@dataclass(frozen=True)
class Counted:
    """A file by its name, size and SHA-256, as the host has counted them."""

    name: str
    size: int
    sha256: str

    def contradicts(self, told: Told) -> str | None:
        """What a process says otherwise of this file; None where it says the same."""
        if told.sha256 != self.sha256:
            return "a SHA-256 that is not the file's"
        if getattr(told, "size", self.size) != self.size:
            return "a size that is not the file's"
        if getattr(told, "file", self.name) != self.name:
            return "a name that is not the file's"
        return None


class Counting:
    """Counts a file in a thread of its own, while a process opens it."""

    def __init__(self, path: Path) -> None:
        self._name = path.name
        self._found: Future[Digest] = Future()
        threading.Thread(target=self._count, args=(path,), name="counting", daemon=True).start()

    def result(self) -> Counted:
        """Waits for it. Raises `OSError` where the file cannot be read."""
        found = self._found.result()
        return Counted(self._name, found.size, found.sha256)

    def _count(self, path: Path) -> None:
        try:
            self._found.set_result(counted(path))
        except BaseException as cause:
            self._found.set_exception(cause)
