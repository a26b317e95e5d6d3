"""What a source of pictures is, and which one a path or URL is."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from xai_core.base.errors import InputError
from xai_core.base.registry import Registry
from xai_core.studies.places.location import Location


@dataclass(frozen=True)
class Listed:
    """A picture of a source: what it is called and where it is, never what it shows.

    Attributes:
        name: for the eye, unique in its source, without credentials. place: for the source alone.
        label: of its class, where the source has one. mask: the place of its ground truth.
        cause: why it is refused already; nothing is at its place then.
    """

    name: str
    place: str = ""
    label: str | None = None
    mask: str | None = None
    cause: str | None = None


class Source(ABC):
    """Pictures in a stable order, listed as they are asked for. Goes to other processes by pickle.

    Args:
        location: what was opened.
    """

    def __init__(self, location: Location) -> None:
        self.location = location

    @property
    def where(self) -> str:
        """What was opened, for the eye and for what is kept: without credentials."""
        return self.location.shown

    @abstractmethod
    def pictures(self) -> Iterator[Listed]:
        """All pictures, one after the other; the same ones in the same order at every call.

        What belongs to the source and can be no picture of it (a member that leads out of an
        archive, a row without a path) comes with its `cause`.

        Raises:
            InputError: the source itself cannot be read, or not to its end.
        """

    @abstractmethod
    def local(self, listed: Listed, folder: Path) -> Path:
        """A file of this machine with the picture's bytes: itself, or a copy in `folder`.

        The copy's name is made of digits, and its bytes are at most `MAX_PICTURE_BYTES`. Who asks
        deletes it.

        Raises:
            InputError: it is refused, is not there, is too large, or cannot be read.
        """


class Kind(ABC):
    """One kind of source. order: lower is asked first. title: for a list of kinds."""

    name: ClassVar[str]
    title: ClassVar[str]
    order: ClassVar[int] = 100

    @abstractmethod
    def recognise(self, location: Location) -> bool:
        """Whether it is of this kind. Raises `InputError` where it cannot be looked at."""

    @abstractmethod
    def open(self, location: Location) -> Source:
        """The source. Raises `InputError` where it is broken."""


SOURCES: Registry[Kind] = Registry("xai_core.studies.sources", "kind of source")


def open_source(where: str | Path) -> Source:
    """The pictures at a path of this machine, or at a URL that `fsspec` opens.

    Raises:
        InputError: nothing is there, it is of no kind that is read, or its protocol needs a
            package that is not installed.
    """
    location = Location.of(where)
    for kind in SOURCES:
        if kind.recognise(location):
            return kind.open(location)
    raise InputError(
        f"{location.shown} is no source of pictures.",
        f"Give {', '.join(kind.title for kind in SOURCES)}.",
    )
