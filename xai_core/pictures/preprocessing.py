"""Picture file -> input array by an `InputSpec`, and where the padding is.

Needs no torch, so that the dashboard can show what the model will see.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image, UnidentifiedImageError

from xai_core.base.arrays import Inputs, Picture
from xai_core.base.errors import InputError, first_line
from xai_core.base.input_spec import MAX_INPUT as MAX_INPUT
from xai_core.base.input_spec import MAX_PIXELS as MAX_PIXELS
from xai_core.base.input_spec import Fit as Fit
from xai_core.base.input_spec import InputSpec as InputSpec
from xai_core.pictures.channels import model_channels, shown_channels
from xai_core.pictures.demo import picture_file
from xai_core.pictures.display import STRETCHED, for_the_eye
from xai_core.pictures.framing import Framed, framed
from xai_core.pictures.large import MAX_WHOLE, too_many
from xai_core.pictures.part import Part, part_of
from xai_core.pictures.raster import Pixels, Raster
from xai_core.pictures.readers.base import READERS, Reader, titles
from xai_core.pictures.readers.photo import FORMATS as FORMATS
from xai_core.pictures.readers.photo import raster_of
from xai_core.pictures.unread import unread
from xai_core.pictures.value_range import Scale, scale_of


@dataclass(frozen=True)
class Prepared:
    """A picture as the model gets it.

    Attributes:
        inputs: float32 `[1, C, H, W]`, normalised.
        picture: uint8 `[H, W, 3]`, the same crop for the eye.
        content: `(top, left, bottom, right)` of the picture inside the input; the rest is padding.
        scale: which values became 0 and 1. notes: what else is worth knowing, in sentences.
    """

    inputs: Inputs
    picture: Picture
    content: tuple[int, int, int, int]
    scale: Scale | None = None
    notes: tuple[str, ...] = ()


def open_picture(source: bytes | str | Path, spec: InputSpec | None = None) -> Raster:
    """Decode a picture or an array, upright. By its bytes, never by its name.

    Args:
        source: the file's bytes or its path; `"rocket"`, `"cat"` and `"coffee"` are demo photos.
        spec: says which frame or slice, of a file with several.

    Raises:
        InputError: not a picture, of another format, broken, too large, or without that part.
    """
    data = source if isinstance(source, bytes) else _read(picture_file(source))
    reader, part = next(reader for reader in READERS if reader.recognise(data)), part_of(spec)
    _check_part(reader, part)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # they name files of the installation
            return reader.read(data, part)
    except InputError:
        raise
    except UnidentifiedImageError as cause:
        raise unread(data, titles()) from cause
    except Image.DecompressionBombError as cause:
        raise too_many(MAX_WHOLE) from cause
    except MemoryError as cause:
        raise InputError(
            "The picture takes more memory than there is.", "Scale it down first."
        ) from cause
    except Exception as cause:  # its decoder may raise nearly anything
        raise InputError(
            f"The picture is broken: {first_line(cause) or type(cause).__name__}.",
            "Save it again as PNG, TIFF or .npy.",
        ) from cause


def prepare(picture: Raster | Image.Image, spec: InputSpec) -> Prepared:
    """Choose channels, resize, cut or pad, scale and normalise a picture as `spec` says.

    Raises:
        InputError: the picture has not the channels, or not the values, that `spec` asks for.
    """
    raster = picture if isinstance(picture, Raster) else raster_of(picture)
    chosen = model_channels(raster, spec)
    scale = scale_of(chosen, spec, raster.span)
    inside = framed(chosen, spec)
    shown = shown_channels(raster, spec)
    seen = inside if shown is chosen else framed(shown, spec)
    sight, stretched = for_the_eye(seen, spec)
    notes = (*raster.notes, *([STRETCHED] if stretched else []))
    return Prepared(_normalised(inside, scale, spec), sight, inside.content, scale, notes)


def _check_part(reader: Reader, part: Part) -> None:
    for name in ("frame", "slice"):
        if getattr(part, name) is not None and name not in reader.several:
            raise InputError(
                f"This file ({reader.title}) has no {name}s to choose from.",
                f"Leave the {name} out (`--{name}`).",
            )


def _normalised(inside: Framed, scale: Scale, spec: InputSpec) -> Inputs:
    top, left, bottom, right = inside.content
    canvas: Pixels = np.full((spec.height, spec.width, spec.channels), spec.padding, np.float32)
    canvas[top:bottom, left:right] = scale.applied(inside.values)
    mean, std = np.array(spec.mean, np.float32), np.array(spec.std, np.float32)
    normal = (canvas - mean) / std
    return np.ascontiguousarray(normal.transpose(2, 0, 1)[None], dtype=np.float32)


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as cause:
        raise InputError(
            f"The picture {path} cannot be read: {cause.strerror}.", "Check the path."
        ) from cause
