"""JPEG 2000, a file or a bare stream, as Pillow reads it."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from xai_core.base.errors import InputError
from xai_core.pictures.part import WHOLE, Part
from xai_core.pictures.raster import Raster
from xai_core.pictures.readers.base import READERS, Reader
from xai_core.pictures.readers.photo import photo_of

FILE, STREAM = b"\0\0\0\x0cjP  \r\n\x87\n", b"\xff\x4f\xff\x51"
MAX_TILES = 65_535  # the standard's; a small file could say billions
BITS_AT = 40  # in the head of a stream: of its first channel, less 1


@READERS.register
class Jpeg2000(Reader):
    """8 bit a colour; grey ones keep their 16 bits."""

    name: ClassVar[str] = "jpeg2000"
    title: ClassVar[str] = "JPEG 2000"
    order: ClassVar[int] = 70
    suffixes: ClassVar[tuple[str, ...]] = (".jp2", ".j2k", ".jpx", ".j2c")

    def recognise(self, data: bytes) -> bool:
        """By its first bytes."""
        return data.startswith((FILE, STREAM))

    def read(self, data: bytes, part: Part = WHOLE) -> Raster:
        """As the contract says."""
        bits = _checked_bits(data)
        raster = photo_of(data, ("JPEG2000",))
        if bits > 8 and raster.values.dtype == np.uint8:
            told = f"Its {bits} bits a colour were read as 8. Save it as TIFF to keep them."
            return raster.with_notes(told)
        return raster


def _checked_bits(data: bytes) -> int:
    """Of a colour, as the head of the stream says. Raises `InputError`: it has too many tiles."""
    at = data.find(STREAM)
    head = data[at : at + BITS_AT + 3]
    if at < 0 or len(head) < BITS_AT + 3:
        raise ValueError("it breaks off")
    sizes = [int.from_bytes(head[place : place + 4], "big") for place in range(8, 40, 4)]
    width, height, left, top, tile_width, tile_height = sizes[:6]
    if not tile_width or not tile_height:
        raise ValueError("its tiles have no size")
    if -(-(width - left) // tile_width) * -(-(height - top) // tile_height) > MAX_TILES:
        raise InputError(
            "The picture is cut into too many tiles.", "Save it again with larger ones."
        )
    return (head[BITS_AT + 2] & 0x7F) + 1
