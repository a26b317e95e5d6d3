"""A region of a picture as a short text, and on the grid of a model's output."""

from __future__ import annotations

import base64
import binascii
import re
import zlib
from functools import lru_cache

import numpy as np
from jaxtyping import Bool
from PIL import Image

from xai_core.base.errors import InputError
from xai_core.base.input_spec import MAX_INPUT, MAX_PIXELS, InputSpec
from xai_core.pictures.backgrounds import held as backgrounds
from xai_core.pictures.framing import framed
from xai_core.pictures.raster import Raster

Mask = Bool[np.ndarray, "h w"]
TEXT = re.compile(r"(\d{1,5})x(\d{1,5}):([A-Za-z0-9+/=]*)")
MAX_TEXT = 400_000  # characters: noise of a million pixels takes half of it


def as_text(mask: Mask) -> str:
    """`HEIGHTxWIDTH:` and its bits, packed, compressed, in base 64. Raises `InputError`."""
    packed = zlib.compress(np.packbits(mask).tobytes(), 9)
    text = f"{mask.shape[0]}x{mask.shape[1]}:{base64.b64encode(packed).decode()}"
    if len(text) > MAX_TEXT:
        raise InputError("The mask is too large to be kept.", "Take a smaller or a plainer one.")
    return text


@lru_cache(maxsize=64)
def from_text(text: str) -> Mask:
    """The mask that `as_text` wrote; not to be written to.

    Raises:
        InputError: it is something else.
    """
    found = TEXT.fullmatch(text) if len(text) <= MAX_TEXT else None
    height, width = (int(found[1]), int(found[2])) if found else (0, 0)
    if found is None or not 0 < height * width <= MAX_PIXELS or max(height, width) > MAX_INPUT:
        raise _unreadable()
    needed = -(-height * width // 8)
    try:
        packed = zlib.decompressobj().decompress(base64.b64decode(found[3]), needed + 1)
    except (binascii.Error, ValueError, zlib.error) as cause:
        raise _unreadable() from cause
    if len(packed) != needed:
        raise _unreadable()
    bits = np.unpackbits(np.frombuffer(packed, np.uint8), count=height * width)
    mask = bits.astype(bool).reshape(height, width)
    mask.flags.writeable = False
    return mask


def shown(value: object) -> object:
    """For a person: the size of a mask that is a text, or how many pictures one names, with a sign
    to tell them apart; all else as it is.
    """
    found = TEXT.fullmatch(value) if isinstance(value, str) else None
    if found is None:
        return backgrounds.shown(value) if isinstance(value, str) else value
    return f"a mask of {int(found[1])}×{int(found[2])} ({zlib.crc32(found[3].encode()):08x})"


def of_picture(mask: Raster, size: tuple[int, int], spec: InputSpec) -> Mask:
    """Where a mask is bright, cut and resized as the picture that it belongs to.

    Bright is above half of its greatest value, so that masks of 0 and 1 are masks, too.

    Args:
        size: `(width, height)` of that picture's file. spec: how it becomes the input.

    Raises:
        InputError: the mask is neither of the size of the picture's file nor of the input's.
    """
    values = mask.values[:, :, : mask.channels - mask.alpha].max(2, keepdims=True)
    bright = np.where(values > values.max() / 2, np.uint8(255), np.uint8(0))
    if mask.size != size and mask.size == (spec.width, spec.height):
        return np.asarray(bright[:, :, 0] > 0)
    if mask.size != size:
        raise InputError(
            f"The mask has {mask.size[0]}×{mask.size[1]} pixels.",
            f"It must have as many as the picture's file ({size[0]}×{size[1]}) or the model's "
            f"input ({spec.width}×{spec.height}).",
        )
    inside = framed(bright, spec)
    top, left, bottom, right = inside.content
    whole = np.zeros((spec.height, spec.width), dtype=bool)
    whole[top:bottom, left:right] = inside.values[:, :, 0] >= 128
    return whole


def of_box(box: tuple[int, int, int, int], size: tuple[int, int]) -> Mask:
    """The pixels of a box `(top, left, bottom, right)`, its end not included, as far as it lies
    in a picture of `size` `(height, width)`.

    Raises:
        InputError: no pixel of it does.
    """
    top, left, bottom, right = box
    mask = np.zeros(size, dtype=bool)
    mask[max(0, top) : max(0, bottom), max(0, left) : max(0, right)] = True
    if not mask.any():
        raise InputError(
            f"The box from row {top}, column {left} to row {bottom}, column {right} has no pixel "
            f"in a picture of {size[0]} rows and {size[1]} columns.",
            "Draw a box inside the picture.",
        )
    return mask


def on_grid(mask: Mask, grid: tuple[int, int]) -> Mask:
    """A mask on another grid: a cell counts where at least half of it is covered.

    A region smaller than a cell keeps the cell that it covers most.

    Raises:
        InputError: the mask is empty.
    """
    if not mask.any():
        raise InputError("The mask is empty.", "Mark at least one pixel.")
    if mask.shape == grid:
        return mask
    image = Image.fromarray(mask.astype(np.float32))
    covered = np.asarray(image.resize((grid[1], grid[0]), Image.Resampling.BOX))
    found: Mask = covered >= 0.5 - 1e-6
    return found if found.any() else covered == covered.max()


def cell(row: int, column: int, size: tuple[int, int], grid: tuple[int, int]) -> tuple[int, int]:
    """The grid's cell under a pixel of a picture. Raises `InputError` outside of it."""
    height, width = size
    if not (0 <= row < height and 0 <= column < width):
        raise InputError(
            f"Row {row}, column {column} is outside the picture.",
            f"Rows go from 0 to {height - 1}, columns from 0 to {width - 1}.",
        )
    return row * grid[0] // height, column * grid[1] // width


def connected(mask: Mask, at: tuple[int, int]) -> Mask:
    """The part of a mask that hangs together with a pixel in it, by edges (4-connected)."""
    from scipy.ndimage import label

    pieces, _ = label(mask)
    found: Mask = pieces == pieces[at]
    return found & mask


def _unreadable() -> InputError:
    return InputError(
        "A mask is written as HEIGHTxWIDTH: and its packed bits; this is none.",
        "Upload a picture that is white where the mask is.",
    )
