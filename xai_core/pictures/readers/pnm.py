"""PGM, PPM, PBM: the plain pictures of cameras and of research code, 8 and 16 bit."""

from __future__ import annotations

import re
from typing import ClassVar

import numpy as np

from xai_core.base.errors import InputError
from xai_core.pictures.part import WHOLE, Part
from xai_core.pictures.raster import Raster, check_size
from xai_core.pictures.readers.base import READERS, Reader

SPACE = rb"(?:[ \t\r\n]|#[^\r\n]*[\r\n])+"
HEAD = re.compile(rb"P([1-6])" + SPACE + rb"(\d{1,9})" + SPACE + rb"(\d{1,9})")
MOST = re.compile(SPACE + rb"(\d{1,5})")
HEAD_BYTES = 10_000
BITS, GREY, COLOUR = (1, 4), (2, 5), (3, 6)


@READERS.register
class Pnm(Reader):
    """P1 to P6; of several pictures in one file the first. 16 bit stay 16 bit."""

    name: ClassVar[str] = "pnm"
    title: ClassVar[str] = "PGM/PPM"
    order: ClassVar[int] = 40
    suffixes: ClassVar[tuple[str, ...]] = (".pgm", ".ppm", ".pbm", ".pnm")

    def recognise(self, data: bytes) -> bool:
        """By its number and its size."""
        return HEAD.match(data[:HEAD_BYTES]) is not None

    def read(self, data: bytes, part: Part = WHOLE) -> Raster:
        """As the contract says; the value that its head calls the highest becomes 1."""
        found = HEAD.match(data[:HEAD_BYTES])
        if found is None:
            raise ValueError("it has no head")
        kind, width, height = (int(one) for one in found.groups())
        most, at = 1, found.end()
        if kind not in BITS:
            ended = MOST.match(data[:HEAD_BYTES], at)
            if ended is None or not 0 < int(ended[1]) < 2**16:
                raise ValueError("its head names no highest value from 1 to 65535")
            most, at = int(ended[1]), ended.end()
        channels = 3 if kind in COLOUR else 1
        check_size(height, width, channels, 1 if most < 256 else 2)
        count = width * height * channels
        body = data[at:]
        if kind in BITS:
            return Raster(_bits(body, kind, height, width))
        values = _text(body, count) if kind in (2, 3) else _binary(body[1:], count, most)
        if int(values.max()) > most:
            raise InputError(
                f"It has the value {int(values.max())}; its head calls {most} the highest.",
                "Save it again.",
            )
        kept = values.astype(np.uint8 if most < 256 else np.uint16)
        return Raster(kept.reshape(height, width, channels), span=(0.0, float(most)))


def _bits(body: bytes, kind: int, height: int, width: int) -> np.ndarray:
    """1 is black."""
    if kind == 1:
        signs = np.frombuffer(body, np.uint8)
        bits = signs[(signs == ord("0")) | (signs == ord("1"))][: height * width] - ord("0")
    else:
        row = (width + 7) // 8
        packed = np.frombuffer(body[1 : 1 + row * height], np.uint8)
        _complete(len(packed), row * height)
        bits = np.unpackbits(packed.reshape(height, row), axis=1)[:, :width]
    _complete(bits.size, height * width)
    return np.asarray(255 * (1 - bits), np.uint8).reshape(height, width, 1)


def _binary(body: bytes, count: int, most: int) -> np.ndarray:
    kind = np.dtype(np.uint8 if most < 256 else ">u2")
    _complete(len(body), count * kind.itemsize)
    return np.frombuffer(body, kind, count)


def _text(body: bytes, count: int) -> np.ndarray:
    parts = re.sub(rb"#[^\r\n]*", b"", body).split(None, count)[:count]
    _complete(len(parts), count)
    if not all(len(one) < 6 and one.isdigit() for one in parts):
        raise ValueError("it holds what is no number")
    return np.array(parts, dtype=np.int64)


def _complete(came: int, wanted: int) -> None:
    if came < wanted:
        raise ValueError(f"it breaks off: {wanted:,} values were promised, {came:,} came")
