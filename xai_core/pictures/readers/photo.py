"""PNG, JPEG, WebP, BMP: what Pillow reads."""

from __future__ import annotations

import io
import warnings
from typing import ClassVar

import numpy as np
from PIL import Image, ImageOps

from xai_core.pictures.large import check_chunks, loaded, told
from xai_core.pictures.part import WHOLE, Part
from xai_core.pictures.raster import Raster
from xai_core.pictures.readers.base import READERS, Reader

PHOTOS = ("PNG", "JPEG", "WEBP", "BMP")
FORMATS = (*PHOTOS, "TIFF")
WIDE = ("I", "I;16", "I;16B", "I;16L", "I;16N", "F")
TRANSPARENT = ("RGBA", "LA", "PA", "La", "RGBa")
HALVED = "Its 16 bits a colour were read as 8: Pillow keeps the upper half. Save it as TIFF."


@READERS.register
class Photo(Reader):
    """8 bit in any colour model; of 16 bit, grey ones."""

    name: ClassVar[str] = "photo"
    title: ClassVar[str] = "PNG, JPEG, WebP, BMP"
    order: ClassVar[int] = 1000
    suffixes: ClassVar[tuple[str, ...]] = (".png", ".jpg", ".jpeg", ".webp", ".bmp")

    def recognise(self, data: bytes) -> bool:
        """Everything: Pillow itself says what it is not."""
        return True

    def read(self, data: bytes, part: Part = WHOLE) -> Raster:
        """As the contract says."""
        raster = photo_of(data)
        deep = data[:4] == b"\x89PNG" and data[24:25] == b"\x10"
        return raster.with_notes(HALVED) if deep and raster.values.dtype == np.uint8 else raster


def opened(data: bytes, formats: tuple[str, ...]) -> Image.Image:
    """By Pillow, only its header. Raises what Pillow raises."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # its limits are not ours, and its words name its files
        return Image.open(io.BytesIO(data), formats=formats)


def photo_of(data: bytes, formats: tuple[str, ...] = PHOTOS) -> Raster:
    """Decoded by Pillow and upright. Raises what Pillow raises."""
    if data.startswith(b"\x89PNG"):
        check_chunks(data)
    picture = opened(data, formats)
    size = picture.size
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        small, factor = loaded(picture, data)
        raster = raster_of(small)
    return raster.with_notes(told(*size, factor)) if factor > 1 else raster


def raster_of(picture: Image.Image) -> Raster:
    """Pillow's picture, upright, in grey or RGB; palettes and other colour models become RGB."""
    turned = ImageOps.exif_transpose(picture)
    if turned.mode in WIDE:
        kind = {"I": np.int32, "F": np.float32}.get(turned.mode, np.uint16)
        return Raster(np.array(turned).astype(kind, copy=False)[:, :, None])
    if turned.mode in TRANSPARENT or "transparency" in turned.info:
        grey = turned.mode in ("LA", "La")
        return Raster(np.array(turned.convert("LA" if grey else "RGBA")), alpha=True)
    plain = np.array(turned.convert("L" if turned.mode in ("1", "L") else "RGB"))
    return Raster(plain if plain.ndim == 3 else plain[:, :, None])
