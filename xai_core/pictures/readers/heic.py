"""HEIC: photos of telephones, by pillow-heif."""

from __future__ import annotations

import io
from typing import ClassVar

from xai_core.pictures.large import MAX_WHOLE, check_pixels, check_sides, factor_for, told
from xai_core.pictures.packages import library
from xai_core.pictures.part import WHOLE, Part
from xai_core.pictures.raster import Raster
from xai_core.pictures.readers.base import READERS, Reader
from xai_core.pictures.readers.photo import raster_of

BRANDS = (b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1")


@READERS.register
class Heic(Reader):
    """8 bit a colour, upright; the main picture of a file with several."""

    name: ClassVar[str] = "heic"
    title: ClassVar[str] = "HEIC"
    order: ClassVar[int] = 80
    suffixes: ClassVar[tuple[str, ...]] = (".heic", ".heif")

    def recognise(self, data: bytes) -> bool:
        """By its brand."""
        return data[4:8] == b"ftyp" and data[8:12] in BRANDS

    def read(self, data: bytes, part: Part = WHOLE) -> Raster:
        """As the contract says; its size is known before it is decoded."""
        heif = library("pillow_heif", "HEIC")
        found = heif.open_heif(io.BytesIO(data))
        width, height = found.size
        check_sides(width, height)
        check_pixels(width, height, MAX_WHOLE)
        picture, factor = found.to_pillow(), factor_for(width, height)
        if factor > 1:
            return raster_of(picture.reduce(factor)).with_notes(told(width, height, factor))
        return raster_of(picture)
