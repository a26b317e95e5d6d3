"""AVIF, as Pillow reads it."""

from __future__ import annotations

from typing import ClassVar

from xai_core.pictures.part import WHOLE, Part
from xai_core.pictures.raster import Raster
from xai_core.pictures.readers.base import READERS, Reader
from xai_core.pictures.readers.photo import photo_of


@READERS.register
class Avif(Reader):
    """8 bit a colour; of several frames the first."""

    name: ClassVar[str] = "avif"
    title: ClassVar[str] = "AVIF"
    order: ClassVar[int] = 60
    suffixes: ClassVar[tuple[str, ...]] = (".avif",)

    def recognise(self, data: bytes) -> bool:
        """By its brand."""
        return data[4:12] in (b"ftypavif", b"ftypavis")

    def read(self, data: bytes, part: Part = WHOLE) -> Raster:
        """As the contract says."""
        return photo_of(data, ("AVIF",))
