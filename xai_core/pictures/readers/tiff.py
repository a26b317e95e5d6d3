"""TIFF: 8, 16 and 32 bit, any number of channels, and stacks whose pages are channels."""

from __future__ import annotations

import io
import logging
import zlib
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from PIL import Image

from xai_core.base.errors import InputError
from xai_core.base.input_spec import MAX_CHANNELS
from xai_core.pictures.large import MAX_WHOLE, check_pixels, check_sides
from xai_core.pictures.part import WHOLE, Part, frame_of
from xai_core.pictures.raster import Raster, check_size
from xai_core.pictures.readers.base import READERS, Choice, Reader
from xai_core.pictures.readers.photo import opened, photo_of, raster_of

if TYPE_CHECKING:
    from tifffile import TiffFile, TiffPage

STARTS = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")
PLAIN, DEFLATE = (1,), (8, 32946)  # values of its tags
WHITE_IS_ZERO, GREY, RGB, CMYK = 0, 1, 2, 5
OPACITY = (1, 2)
PILLOW_KINDS = ("uint8", "uint16", "float32", "int32")
CHUNK = 2**20
PIECES = (273, 279, 324, 325)  # the tags that list strips and tiles
MAX_PIECES = 100_000
SAVE = "Save it without compression, or with Deflate."


@READERS.register
class Tiff(Reader):
    """Pillow decodes photos and what is compressed, tifffile the numbers that Pillow would bend."""

    name: ClassVar[str] = "tiff"
    title: ClassVar[str] = "TIFF"
    order: ClassVar[int] = 20
    suffixes: ClassVar[tuple[str, ...]] = (".tif", ".tiff")
    several: ClassVar[tuple[Choice, ...]] = ("frame",)

    def recognise(self, data: bytes) -> bool:
        """By its first four bytes."""
        return data[:4] in STARTS

    def read(self, data: bytes, part: Part = WHOLE) -> Raster:
        """Pages of one grey picture each and of one size are channels; else the first is read."""
        import tifffile

        quiet = logging.getLogger("tifffile")
        quiet.propagate = False
        if not quiet.handlers:  # it would write paths of the installation onto a terminal
            quiet.addHandler(logging.NullHandler())
        try:
            with tifffile.TiffFile(io.BytesIO(data)) as file:
                pages = _pages(file)
                stack, notes = _stack(pages) if part.frame is None else _page(pages, part)
                first = stack[0]
                check_sides(first.imagewidth, first.imagelength)
                if len(stack) == 1 and first is pages[0] and _is_photo(first):
                    check_pixels(first.imagewidth, first.imagelength, MAX_WHOLE)
                    return photo_of(data, ("TIFF",)).with_notes(*notes)
                check_size(
                    first.imagelength,
                    first.imagewidth,
                    first.samplesperpixel * len(stack),
                    _itemsize(first),
                )
                return _joined(data, stack).with_notes(*notes)
        except tifffile.TiffFileError as cause:
            raise ValueError(str(cause)) from cause


def _pages(file: TiffFile) -> list[TiffPage]:
    found: list[Any] = []
    for page in file.pages:
        if len(found) == MAX_CHANNELS:
            raise InputError(
                f"The stack has more than {MAX_CHANNELS} pages.", "Save those that the model takes."
            )
        found.append(page.aspage() if hasattr(page, "aspage") else page)
    if not found:
        raise ValueError("it has no page")
    if _leads_on(file):
        raise ValueError("it breaks off")
    pieces = sum(map(_pieces, found))
    if pieces > MAX_PIECES:
        raise InputError(
            f"The picture is cut into {pieces:,} strips or tiles; at most {MAX_PIECES:,} are read.",
            "Save it again with larger ones.",
        )
    return found


def _pieces(page: TiffPage) -> int:
    """As its tags count them; their list is not looked at."""
    counts = [page.tags[tag].count for tag in PIECES if tag in page.tags]
    return max(counts, default=0)


def _leads_on(file: TiffFile) -> bool:
    """Whether the last page that was found names a next one: it is not in the file."""
    place = file.pages.next_page_offset
    if place is None:
        return False
    file.filehandle.seek(place)
    return any(file.filehandle.read(file.tiff.offsetsize))


def _stack(pages: list[TiffPage]) -> tuple[list[TiffPage], tuple[str, ...]]:
    first = pages[0]
    alike = all(
        (one.imagelength, one.imagewidth, one.dtype, one.samplesperpixel, one.photometric)
        == (first.imagelength, first.imagewidth, first.dtype, 1, first.photometric)
        for one in pages
    )
    if len(pages) == 1 or (alike and first.photometric in (WHITE_IS_ZERO, GREY)):
        return pages, ()
    return pages[:1], (f"It has {len(pages)} pages; the first one was read.",)


def _page(pages: list[TiffPage], part: Part) -> tuple[list[TiffPage], tuple[str, ...]]:
    frame, notes = frame_of(part, len(pages))
    return [pages[frame]], notes


def _itemsize(page: TiffPage) -> int:
    if page.dtype is None:
        raise InputError(f"Numbers of {page.bitspersample} bits cannot be read.", SAVE)
    return int(page.dtype.itemsize)


def _is_photo(page: TiffPage) -> bool:
    """Whether Pillow reads it without loss; it also knows palettes, CMYK and JPEG inside."""
    whole = str(page.dtype) in ("bool", "uint8") and page.bitspersample in (1, 2, 4, 8)
    usual = page.samplesperpixel in (1, 3) or page.photometric == CMYK or _alpha(page)
    return whole and usual and (page.planarconfig == 1 or page.samplesperpixel == 1)


def _alpha(page: TiffPage) -> bool:
    colours = {GREY: 1, RGB: 3}.get(int(page.photometric), 0)
    one_more = page.samplesperpixel == colours + 1
    return bool(one_more and page.extrasamples and page.extrasamples[0] in OPACITY)


def _joined(data: bytes, stack: list[TiffPage]) -> Raster:
    first = stack[0]
    if any(page.compression not in (*PLAIN, *DEFLATE) for page in stack):
        return _by_pillow(data, stack)
    planes = [_plane(data, page) for page in stack]
    values = planes[0] if len(planes) == 1 else np.concatenate(planes, axis=2)
    if first.photometric == WHITE_IS_ZERO and values.dtype.kind == "u":
        values = np.iinfo(values.dtype).max - values
    return Raster(np.ascontiguousarray(values), alpha=_alpha(first))


def _plane(data: bytes, page: TiffPage) -> np.ndarray:
    """`[H, W, C]` of one page, whose data are all there and no more than declared."""
    held = zip(page.dataoffsets, page.databytecounts, strict=True)
    parts = [data[start : start + count] for start, count in held]
    if [len(part) for part in parts] != list(page.databytecounts) or not parts:
        raise ValueError("it breaks off")
    sizes = [len(part) for part in parts]
    if page.compression in DEFLATE:
        sizes = _unpacked_sizes(parts, 2 * page.nbytes + CHUNK)
    if sum(sizes) < page.nbytes:
        raise ValueError("it breaks off")
    array = page.asarray(maxworkers=1)
    if page.planarconfig == 2 and page.samplesperpixel > 1:
        array = np.moveaxis(array.reshape(-1, page.imagelength, page.imagewidth), 0, 2)
    return array.reshape(page.imagelength, page.imagewidth, -1)


def _unpacked_sizes(parts: list[bytes], limit: int) -> list[int]:
    """Without keeping it: zlib would fill the memory with whatever a bomb unpacks to."""
    sizes: list[int] = []
    for part in parts:
        unpack, size, rest = zlib.decompressobj(), 0, part
        while rest and not unpack.eof:
            size += len(unpack.decompress(rest, CHUNK))
            rest = unpack.unconsumed_tail
            if sum(sizes) + size > limit:
                raise ValueError("it unpacks to more than it declares")
        sizes.append(size)
    return sizes


def _by_pillow(data: bytes, stack: list[TiffPage]) -> Raster:
    """Compressed otherwise: Pillow can, as long as its numbers are Pillow's own."""
    first = stack[0]
    if str(first.dtype) not in PILLOW_KINDS or first.samplesperpixel > 1:
        raise InputError(
            f"{first.samplesperpixel} channels of {first.dtype} in the compression "
            f"{getattr(first.compression, 'name', first.compression)} cannot be read.",
            SAVE,
        )
    picture = opened(data, ("TIFF",))
    planes = []
    for page in stack:
        picture.seek(page.index)
        if picture.size != (first.imagewidth, first.imagelength):
            raise ValueError("its pages differ in size")
        planes.append(raster_of(_copy(picture)).values)
    return Raster(np.concatenate(planes, axis=2))


def _copy(picture: Image.Image) -> Image.Image:
    picture.load()
    return picture.copy()
