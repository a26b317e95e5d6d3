"""What a reader of picture files is."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import ClassVar, Literal

from xai_core.base.registry import Registry
from xai_core.pictures.part import WHOLE, Part
from xai_core.pictures.raster import Raster

Choice = Literal["frame", "slice"]


class Reader(ABC):
    """Reads one kind of picture file. order: lower is asked first. suffixes: in folders.

    title: for a list of kinds, short. several: how one picture of several in a file is chosen.

    A reader may raise what its library raises for a broken file; `open_picture` says it in words.
    It imports a library that decodes when it reads the first file, and never before.
    """

    name: ClassVar[str]
    title: ClassVar[str]
    order: ClassVar[int] = 100
    suffixes: ClassVar[tuple[str, ...]]
    several: ClassVar[tuple[Choice, ...]] = ()

    @abstractmethod
    def recognise(self, data: bytes) -> bool:
        """Whether the bytes are of this kind. Never raises."""

    @abstractmethod
    def read(self, data: bytes, part: Part = WHOLE) -> Raster:
        """Decode. Sizes are checked before memory is taken for them.

        Args:
            part: only what `several` names is ever asked for.

        Raises:
            InputError: it is too large, of a kind that cannot be read faithfully, or has no such
                part.
        """


READERS: Registry[Reader] = Registry("xai_core.pictures.readers", "reader")


def titles(most: int | None = None) -> str:
    """The kinds that are read, for a person; the first of them where there is a bound."""
    found = [reader.title for reader in sorted(READERS, key=lambda one: -one.order)]
    if most is None or len(found) <= most:
        return ", ".join(found)
    return f"{', '.join(found[:most])} and {len(found) - most} more kinds"
