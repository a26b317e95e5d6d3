"""Values -> colours: perceptually uniform maps, diverging ones for signed values."""

from __future__ import annotations

import base64
import io
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from jaxtyping import Float, UInt8
from PIL import Image

SEQUENTIAL = ("inferno", "viridis", "magma", "plasma", "cividis", "gray")
DIVERGING = ("berlin", "managua", "vanimo", "RdBu_r")


@dataclass(frozen=True)
class Scale:
    """The legend of a coloured map: both ends as text, and the colours between them.

    Attributes:
        note: what is behind the scale, where that is more than the map.
    """

    low: str
    high: str
    colours: list[str]
    note: str = ""


@cache
def lookup(name: str) -> UInt8[np.ndarray, "256 3"]:
    """256 colours of a matplotlib colour map.

    A row of a picture, since matplotlib itself takes 15 MB, and a test compares the two.
    """
    with Image.open(Path(__file__).with_suffix(".png")) as tables:
        return np.asarray(tables)[(*SEQUENTIAL, *DIVERGING).index(name)]


def coloured(
    values: Float[np.ndarray, "h w"], name: str, low: float, high: float
) -> UInt8[np.ndarray, "h w 3"]:
    """Colours of a map between two values; grey where a value is not finite."""
    span = high - low if high > low else 1.0
    unit = np.clip((np.nan_to_num(values) - low) / span, 0.0, 1.0)
    picture = lookup(name)[(unit * 255).round().astype(np.uint8)]
    picture[~np.isfinite(values)] = 128
    return picture


def scale_of(name: str, low: float, high: float, *, clipped: bool = False) -> Scale:
    """The legend for `coloured` with the same arguments. `clipped`: some values lie outside."""
    stops = lookup(name)[:: 255 // 15]
    more = "≥ " if clipped else ""
    return Scale(f"{low:.2g}", f"{more}{high:.2g}", [f"rgb({r} {g} {b})" for r, g, b in stops])


def data_url(picture: UInt8[np.ndarray, "h w c"]) -> str:
    """A picture as a PNG data URL."""
    buffer = io.BytesIO()
    Image.fromarray(picture).save(buffer, "PNG", compress_level=1)
    return png_url(buffer.getvalue())


def png_bytes(picture: UInt8[np.ndarray, "h w c"]) -> bytes:
    """A picture as a PNG file."""
    buffer = io.BytesIO()
    Image.fromarray(picture).save(buffer, "PNG")
    return buffer.getvalue()


def png_url(data: bytes) -> str:
    """A PNG file as a data URL: unlike a served file it is still there when a page has moved on."""
    return "data:image/png;base64," + base64.b64encode(data).decode()


def jpeg_url(data: bytes) -> str:
    """A JPEG file as a data URL, for the same reason."""
    return "data:image/jpeg;base64," + base64.b64encode(data).decode()
