"""Crop, squash or letterbox: pixels of any type at the size of a model's input."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import ceil

import numpy as np
from PIL import Image

from xai_core.base.input_spec import MAX_PIXELS, InputSpec
from xai_core.pictures.raster import Pixels

MARGIN = 4  # pixels beside a cut that interpolation looks at
Content = tuple[int, int, int, int]


@dataclass(frozen=True)
class Framed:
    """Pixels `[h, w, C]`, uint8 or float32, and where in the input they lie.

    content: `(top, left, bottom, right)`; smaller than the input where it is letterboxed.
    """

    values: Pixels
    content: Content


def framed(values: Pixels, spec: InputSpec) -> Framed:
    """Resized (bicubic) and cut as `spec` says; the padding is left to the caller."""
    height, width = values.shape[:2]
    whole = (0, 0, spec.height, spec.width)
    if spec.fit == "squash":
        return Framed(_each(values, lambda one: _resized(one, (spec.width, spec.height))), whole)
    if spec.fit == "letterbox":
        scale = min(spec.width / width, spec.height / height)
        inner = _each(values, lambda one: _scaled(one, scale))
        left, top = (spec.width - inner.shape[1]) // 2, (spec.height - inner.shape[0]) // 2
        return Framed(inner, (top, left, top + inner.shape[0], left + inner.shape[1]))
    return Framed(_each(values, lambda one: _cropped(one, spec)), whole)


def _each(values: Pixels, change: Callable[[Image.Image], Image.Image]) -> Pixels:
    """Colours of 8 bit at once; other channels one by one, because Pillow knows no such pixels."""
    if values.dtype == np.uint8 and values.shape[2] == 3:
        return np.asarray(change(Image.fromarray(np.ascontiguousarray(values))))
    kind = np.uint8 if values.dtype == np.uint8 else np.float32
    planes = [
        np.asarray(change(Image.fromarray(np.ascontiguousarray(values[:, :, index], dtype=kind))))
        for index in range(values.shape[2])
    ]
    return np.stack(planes, axis=2)


def _cropped(picture: Image.Image, spec: InputSpec) -> Image.Image:
    width, height = picture.size
    # Never below the cut: a small `resize` would leave black borders.
    scale = max(spec.resize / min(width, height), spec.width / width, spec.height / height)
    resized = _scaled(_middle(picture, scale, spec), scale)
    left, top = (resized.width - spec.width) // 2, (resized.height - spec.height) // 2
    return resized.crop((left, top, left + spec.width, top + spec.height))


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
    return _resized(picture, size)


def _resized(picture: Image.Image, size: tuple[int, int]) -> Image.Image:
    return picture.resize(size, Image.Resampling.BICUBIC)
