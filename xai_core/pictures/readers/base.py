"""What a reader of picture files is."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import ClassVar

from xai_core.base.registry import Registry
from xai_core.pictures.raster import Raster


class Reader(ABC):
    """Reads one kind of picture file. order: lower is asked first. suffixes: in folders.

    A reader may raise what its library raises for a broken file; `open_picture` says it in words.
    """

    name: ClassVar[str]
    title: ClassVar[str]
    order: ClassVar[int] = 100
    suffixes: ClassVar[tuple[str, ...]]

    @abstractmethod
    def recognise(self, data: bytes) -> bool:
        """Whether the bytes are of this kind. Never raises."""

    @abstractmethod
    def read(self, data: bytes) -> Raster:
        """Decode. Sizes are checked before memory is taken for them.

        Raises:
            InputError: it is too large, or of a kind that cannot be read faithfully.
        """


READERS: Registry[Reader] = Registry("xai_core.pictures.readers", "reader")
