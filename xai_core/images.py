"""Picture file -> input array by an `InputSpec`, and where the padding is.

Needs no torch, so that the dashboard can show what the model will see.
"""

from __future__ import annotations

import io
import warnings
from dataclasses import asdict, dataclass
from math import ceil
from pathlib import Path
from typing import Any, Literal

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError

from xai_core.errors import InputError
from xai_core.types import Inputs, Picture

MAX_PIXELS = 50_000_000
MAX_INPUT = 16_384  # pixels a side
MARGIN = 4  # pixels beside a cut that interpolation looks at
FORMATS = ("PNG", "JPEG", "WEBP", "BMP", "TIFF")
Fit = Literal["crop", "squash", "letterbox"]


@dataclass(frozen=True)
class InputSpec:
    """How a picture becomes a model's input.

    Attributes:
        channels: 3 (RGB) or 1 (grey).
        height, width: of the input, in pixels.
        fit: `crop` resizes the short side to `resize` and cuts the centre, `squash` ignores
            the aspect ratio, `letterbox` keeps all of the picture and pads with zeros.
        resize: length of the short side before the cut, in pixels (`crop` only).
        mean, std: per channel, of values scaled to [0, 1].
    """

    channels: int = 3
    height: int = 224
    width: int = 224
    fit: Fit = "crop"
    resize: int = 256
    mean: tuple[float, ...] = (0.485, 0.456, 0.406)
    std: tuple[float, ...] = (0.229, 0.224, 0.225)

    def __post_init__(self) -> None:
        if self.channels not in (1, 3):
            raise InputError(
                f"A picture gives 1 or 3 channels, not {self.channels}.",
                "Pass the input as an array instead.",
            )
        if len(self.mean) != self.channels or len(self.std) != self.channels:
            raise InputError(
                f"{self.channels} channels need as many means and deviations, not "
                f"{len(self.mean)} and {len(self.std)}.",
            )
        if min(self.height, self.width, self.resize, *self.std) <= 0:
            raise InputError("Sizes and deviations must be above 0.")
        largest = max(self.height, self.width, self.resize)
        if largest > MAX_INPUT or self.height * self.width > MAX_PIXELS:
            raise InputError(
                f"An input of {self.height} × {self.width} pixels is too large.",
                f"At most {MAX_INPUT} a side and {MAX_PIXELS:,} in all can be made of a picture.",
            )

    @property
    def shape(self) -> tuple[int, int, int]:
        """`(C, H, W)`."""
        return (self.channels, self.height, self.width)

    def to_dict(self) -> dict[str, Any]:
        """As JSON; `from_dict` is the way back."""
        return asdict(self)

    @staticmethod
    def from_dict(data: dict[str, Any]) -> InputSpec:
        """The spec that `to_dict` wrote."""
        return InputSpec(**{**data, "mean": tuple(data["mean"]), "std": tuple(data["std"])})

    @staticmethod
    def for_shape(channels: int, height: int, width: int) -> InputSpec:
        """ImageNet preprocessing at another size; grey pictures get mean and std of the luma."""
        mean, std = InputSpec.mean, InputSpec.std
        if channels == 1:
            mean, std = (float(np.mean(mean)),), (float(np.mean(std)),)
        resize = max(1, round(min(height, width) * 256 / 224))
        return InputSpec(channels, height, width, "crop", resize, mean, std)


@dataclass(frozen=True)
class Prepared:
    """A picture as the model gets it.

    Attributes:
        inputs: float32 `[1, C, H, W]`, normalised.
        picture: uint8 `[H, W, 3]`, the same crop for the eye.
        content: `(top, left, bottom, right)` of the picture inside the input; the rest is padding.
    """

    inputs: Inputs
    picture: Picture
    content: tuple[int, int, int, int]


def open_picture(source: bytes | Path) -> Image.Image:
    """Decode a picture, upright.

    Raises:
        InputError: not a picture, of another format, broken, or above `MAX_PIXELS`.
    """
    data = _read(source) if isinstance(source, Path) else source
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            picture = Image.open(io.BytesIO(data), formats=FORMATS)
            _check_pixels(picture)
            picture.load()
            return _upright(picture)
    except UnidentifiedImageError as cause:
        raise InputError(
            f"This is not a picture in one of the formats {', '.join(FORMATS)}.",
            "Save it as PNG or JPEG and try again.",
        ) from cause
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as cause:
        raise _too_large() from cause
    except (OSError, SyntaxError, ValueError, EOFError) as cause:
        raise InputError(
            f"The picture is broken: {cause}.", "Save it again as PNG or JPEG."
        ) from cause


def prepare(picture: Image.Image, spec: InputSpec) -> Prepared:
    """Resize, cut or pad, and normalise a picture as `spec` says."""
    fitted, content = _fit(picture.convert("L" if spec.channels == 1 else "RGB"), spec)
    scaled = np.asarray(fitted, dtype=np.float32).reshape(spec.height, spec.width, spec.channels)
    mean, std = np.array(spec.mean, np.float32), np.array(spec.std, np.float32)
    normal = (scaled / 255.0 - mean) / std
    inputs = np.ascontiguousarray(normal.transpose(2, 0, 1)[None], dtype=np.float32)
    return Prepared(inputs, np.asarray(fitted.convert("RGB")), content)


def _fit(picture: Image.Image, spec: InputSpec) -> tuple[Image.Image, tuple[int, int, int, int]]:
    width, height = picture.size
    whole = (0, 0, spec.height, spec.width)
    if spec.fit == "squash":
        return picture.resize((spec.width, spec.height), Image.Resampling.BICUBIC), whole
    if spec.fit == "letterbox":
        scale = min(spec.width / width, spec.height / height)
        resized = _scaled(picture, scale)
        left, top = (spec.width - resized.width) // 2, (spec.height - resized.height) // 2
        canvas = Image.new(picture.mode, (spec.width, spec.height))
        canvas.paste(resized, (left, top))
        return canvas, (top, left, top + resized.height, left + resized.width)
    # Never below the cut: a small `resize` would leave black borders.
    scale = max(spec.resize / min(width, height), spec.width / width, spec.height / height)
    resized = _scaled(_middle(picture, scale, spec), scale)
    left, top = (resized.width - spec.width) // 2, (resized.height - spec.height) // 2
    return resized.crop((left, top, left + spec.width, top + spec.height)), whole


def _middle(picture: Image.Image, scale: float, spec: InputSpec) -> Image.Image:
    """All that the cut can need; a long strip would fill the memory once its width is scaled up."""
    if picture.width * picture.height * scale**2 <= MAX_PIXELS:
        return picture
    width = _within(picture.width, spec.width / scale)
    height = _within(picture.height, spec.height / scale)
    left, top = (picture.width - width) // 2, (picture.height - height) // 2
    return picture.crop((left, top, left + width, top + height))


def _within(length: int, needed: float) -> int:
    kept = ceil(needed) + 2 * MARGIN
    return min(length, kept + (length - kept) % 2)  # as even as it was, so that the middle stays


def _scaled(picture: Image.Image, scale: float) -> Image.Image:
    size = (max(1, round(picture.width * scale)), max(1, round(picture.height * scale)))
    return picture.resize(size, Image.Resampling.BICUBIC)


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as cause:
        raise InputError(
            f"The picture {path} cannot be read: {cause.strerror}.", "Check the path."
        ) from cause


def _upright(picture: Image.Image) -> Image.Image:
    turned = ImageOps.exif_transpose(picture)
    if turned.mode in ("I", "I;16", "F"):  # Pillow's own conversion to 8 bit clips at 255
        values = np.array(turned, dtype=np.float64)
        low, high = float(values.min()), float(values.max())
        values -= low  # in place: it is eight times as large as the picture
        values *= 255.0 / (high - low or 1.0)
        return Image.fromarray(np.rint(values, out=values).astype(np.uint8))
    if turned.mode in ("RGBA", "LA", "PA") or "transparency" in turned.info:
        flat = Image.new("RGBA", turned.size, (255, 255, 255, 255))
        return Image.alpha_composite(flat, turned.convert("RGBA")).convert("RGB")
    return turned.convert("L" if turned.mode in ("1", "L") else "RGB")


def _check_pixels(picture: Image.Image) -> None:
    if picture.width * picture.height > MAX_PIXELS:
        raise _too_large()


def _too_large() -> InputError:
    return InputError(
        f"The picture has more than {MAX_PIXELS // 1_000_000} million pixels.",
        "Scale it down first; models see a few hundred pixels a side.",
    )
