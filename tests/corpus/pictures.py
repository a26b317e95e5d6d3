"""Pictures that would take the dashboard's memory, or start another program."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
from PIL import Image

from tests.corpus.attack import Places


def png(width: int, height: int, data: bytes, chunks: bytes = b"") -> bytes:
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunks
        + chunk(b"IDAT", data)
        + chunk(b"IEND", b"")
    )


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def sound(kind: str) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(np.full((32, 32, 3), 9, np.uint8)).save(buffer, kind)
    return buffer.getvalue()


def many_frames() -> bytes:
    frames = [Image.new("RGB", (900, 900), (n, 0, 0)) for n in range(40)]
    buffer = io.BytesIO()
    frames[0].save(buffer, "TIFF", save_all=True, append_images=frames[1:], compression="tiff_lzw")
    return buffer.getvalue()


EPS = "%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n({}) (w) file closefile\n%%EOF\n"
SVG = '<svg xmlns="http://www.w3.org/2000/svg"><image href="file://{}"/></svg>'
PICTURES: dict[str, Callable[[Places], bytes]] = {
    "bomb of 2 gigapixels": lambda p: png(50_000, 40_000, zlib.compress(bytes(2**20))),
    "bomb of 108 megapixels": lambda p: png(12_000, 9000, zlib.compress(bytes(9000 * 36_001), 9)),
    "size that overflows": lambda p: png(2**31 - 1, 2**31 - 1, b""),
    "bomb in a text": lambda p: png(
        8, 8, zlib.compress(bytes(200)), chunk(b"zTXt", b"x\0\0" + zlib.compress(bytes(2**28), 9))
    ),
    "size that lies": lambda p: (
        sound("BMP")[:18] + struct.pack("<ii", 2**30, 2**30) + sound("BMP")[26:]
    ),
    "PostScript": lambda p: EPS.format(p.canary).encode(),
    "vector graphics": lambda p: SVG.format(p.secret).encode(),
    "truncated JPEG": lambda p: sound("JPEG")[:200],
    "truncated WebP": lambda p: sound("WEBP")[:40],
    "a pickle": lambda p: b"cos\nsystem\n(S'touch " + str(p.canary).encode() + b"'\ntR.",
    "nothing": lambda p: b"",
}
HARMLESS = {"many frames": lambda p: many_frames()}


def written(path: Path, name: str, places: Places) -> Path:
    path.write_bytes({**PICTURES, **HARMLESS}[name](places))
    return path
