"""GIF: the first frame, or the one that is asked for."""

from __future__ import annotations

from typing import ClassVar

from xai_core.base.errors import InputError
from xai_core.pictures.large import check_pixels, check_sides
from xai_core.pictures.part import WHOLE, Part, frame_of
from xai_core.pictures.raster import Raster
from xai_core.pictures.readers.base import READERS, Choice, Reader
from xai_core.pictures.readers.photo import opened, raster_of

MAX_PIXELS, MAX_FRAMES = 50_000_000, 1000


@READERS.register
class Gif(Reader):
    """Its first frame where none is named, and that is said."""

    name: ClassVar[str] = "gif"
    title: ClassVar[str] = "GIF"
    order: ClassVar[int] = 50
    suffixes: ClassVar[tuple[str, ...]] = (".gif",)
    several: ClassVar[tuple[Choice, ...]] = ("frame",)

    def recognise(self, data: bytes) -> bool:
        """By its first bytes."""
        return data[:6] in (b"GIF87a", b"GIF89a")

    def read(self, data: bytes, part: Part = WHOLE) -> Raster:
        """As the contract says; a frame is drawn over those before it."""
        picture = opened(data, ("GIF",))
        check_sides(*picture.size)
        check_pixels(*picture.size, MAX_PIXELS)
        count = int(getattr(picture, "n_frames", 1))
        frame, notes = frame_of(part, count)
        if frame >= MAX_FRAMES:
            raise InputError(
                f"Frame {frame} lies behind {MAX_FRAMES:,} others.", "Save it as a file of its own."
            )
        picture.seek(frame)
        picture.load()
        return raster_of(picture).with_notes(*notes)
