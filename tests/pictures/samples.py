"""Pictures of every kind of number, as files, and the input that a plain formula makes of them."""

from __future__ import annotations

import io
import itertools

import numpy as np
import tifffile
from PIL import Image

from xai_core.pictures.preprocessing import InputSpec, Prepared

HEIGHT, WIDTH = 12, 16
ENDS = {
    "uint8": (0.0, 255.0),
    "uint16": (0.0, 65535.0),
    "int16": (-32768.0, 32767.0),
    "uint32": (0.0, 2.0**32 - 1),
    "int32": (-(2.0**31), 2.0**31 - 1),
    "float32": (0.0, 1.0),
    "float64": (0.0, 1.0),
}


def values(kind: str, *shape: int) -> np.ndarray:
    """Numbers that fill the range of a type."""
    low, high = ENDS[kind]
    return (low + np.random.default_rng(3).random(shape) * (high - low)).astype(kind)


def plain(channels: int, **changes: object) -> InputSpec:
    """No resizing and no normalisation: the input is the picture."""
    usual = InputSpec(
        channels, HEIGHT, WIDTH, "squash", HEIGHT, (0.0,) * channels, (1.0,) * channels
    )
    return InputSpec(**{**vars(usual), **changes})


def tiff(array: np.ndarray, **options: object) -> bytes:
    buffer = io.BytesIO()
    tifffile.imwrite(buffer, array, **options)
    return buffer.getvalue()


def pillow(array: np.ndarray, form: str, **options: object) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(array).save(buffer, form, **options)
    return buffer.getvalue()


def npy(array: np.ndarray) -> bytes:
    buffer = io.BytesIO()
    np.save(buffer, array, allow_pickle=True)
    return buffer.getvalue()


def slowly(array: np.ndarray) -> np.ndarray:
    """`[H, W, C]` in a file's numbers -> `[1, C, H, W]` in [0, 1], one number after the other."""
    low, high = ENDS[str(array.dtype)]
    out = np.zeros((1, array.shape[2], *array.shape[:2]))
    for row, column, channel in itertools.product(*map(range, array.shape)):
        out[0, channel, row, column] = (float(array[row, column, channel]) - low) / (high - low)
    return out


def same(prepared: Prepared, expected: np.ndarray) -> None:
    assert prepared.inputs.dtype == np.float32
    np.testing.assert_allclose(prepared.inputs, expected, atol=2e-7)
    assert prepared.picture.shape == (HEIGHT, WIDTH, 3)
    assert prepared.picture.dtype == np.uint8
