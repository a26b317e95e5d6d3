"""Photos of many pixels: how many are read at all, and how the rest is scaled down on the way."""

from __future__ import annotations

import math

from PIL import Image

from xai_core.base.errors import InputError
from xai_core.base.input_spec import MAX_PIXELS

MAX_SIDE = 65_535  # a decoder takes its time for each row, whatever its length
MAX_WHOLE = 100_000_000  # pixels that are decoded before they are scaled: 400 MB
MAX_DRAFT = 170_000_000  # of a JPEG, whose decoder itself can scale; Pillow opens no more
MAX_SCANS = 100  # of a progressive JPEG: each goes over the whole picture
MAX_SCANNED = 2_000_000_000  # pixels in all scans
MAX_CHUNKS = 100_000  # of a PNG; usual ones hold 8 kB and more
SCAN, PROGRESSIVE = b"\xff\xda", (b"\xff\xc2", b"\xff\xc6", b"\xff\xca", b"\xff\xce")
FACTORS = (1, 2, 4, 8)  # that a JPEG can be scaled down by while it is read


def loaded(picture: Image.Image, data: bytes) -> tuple[Image.Image, int]:
    """A picture that was opened, decoded within bounds, and by how much its sides were divided.

    Raises:
        InputError: it has more pixels, longer sides or more scans than are read.
    """
    check_sides(*picture.size)
    jpeg = picture.format == "JPEG"
    scans = data.count(SCAN) if jpeg else 1
    if scans > MAX_SCANS or scans * picture.width * picture.height > MAX_SCANNED:
        raise InputError(
            f"The JPEG goes over its picture {scans} times.", "Save it again, not progressive."
        )
    baseline = jpeg and not any(one in data[: 2**20] for one in PROGRESSIVE)
    check_pixels(*picture.size, MAX_DRAFT if baseline else MAX_WHOLE)
    factor = factor_for(*picture.size)
    if jpeg and factor > 1:
        wanted = (picture.width // factor, picture.height // factor)
        picture.draft(picture.mode, wanted)
        picture.load()
        return picture, factor
    picture.load()
    return (_reduced(picture, factor), factor) if factor > 1 else (picture, 1)


def check_chunks(data: bytes) -> None:
    """Raises `InputError` for a PNG of more than `MAX_CHUNKS`; before it is opened."""
    place, count = 8, 0
    while place + 8 <= len(data):
        place += 12 + int.from_bytes(data[place : place + 4], "big")
        count += 1
        if count > MAX_CHUNKS:
            raise InputError(
                f"The PNG is cut into more than {MAX_CHUNKS:,} chunks.", "Save it again."
            )


def _reduced(picture: Image.Image, factor: int) -> Image.Image:
    if picture.mode.startswith(("I", "F")):  # no colours: Pillow cannot average all of these
        size = (-(-picture.width // factor), -(-picture.height // factor))
        return picture.resize(size, Image.Resampling.NEAREST)
    if "transparency" in picture.info:
        picture = picture.convert("RGBA")
    elif picture.mode in ("1", "P"):  # the mean of two indices is another colour
        picture = picture.convert("L" if picture.mode == "1" else "RGB")
    return picture.reduce(factor)


def factor_for(width: int, height: int) -> int:
    """By what the sides are divided so that at most `MAX_PIXELS` are left."""
    least = math.sqrt(width * height / MAX_PIXELS)
    return next(factor for factor in FACTORS if factor >= least)


def check_sides(width: int, height: int) -> None:
    """Raises `InputError` for a side that is longer than `MAX_SIDE`."""
    if max(width, height) > MAX_SIDE:
        raise InputError(
            f"The picture is {width:,} × {height:,} pixels; a side has at most {MAX_SIDE:,}.",
            "Cut it into pieces, or save it as .npy.",
        )


def check_pixels(width: int, height: int, most: int) -> None:
    """Raises `InputError` for more than `most` pixels."""
    if width * height > most:
        raise too_many(most)


def too_many(most: int) -> InputError:
    """Of a picture with more than `most` pixels."""
    return InputError(
        f"The picture has more than {most // 1_000_000} million pixels.",
        "Scale it down first; models see a few hundred pixels a side.",
    )


def told(width: int, height: int, factor: int) -> str:
    """A sentence for a person."""
    return (
        f"It has {width * height / 1e6:.0f} million pixels; it was read at 1/{factor} of its width "
        "and height."
    )
