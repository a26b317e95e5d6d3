"""Files that ask their reader for much more than they are, made by hand."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Callable
from functools import cache

import numpy as np
from PIL import Image

HEAD = b"\x89PNG\r\n\x1a\n"


def chunk(kind: bytes, data: bytes) -> bytes:
    check = struct.pack(">I", zlib.crc32(kind + data))
    return struct.pack(">I", len(data)) + kind + data + check


def png(width: int, height: int, rows: bytes = b"", more: bytes = b"") -> bytes:
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0))
    return HEAD + header + more + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def tall_png(width: int, height: int) -> bytes:
    """Whole and true: every row is there."""
    return png(width, height, bytes((1 + (width + 7) // 8) * height))


def flat_png(side: int) -> bytes:
    return tall_png(side, side)


def tiff(*tags: tuple[int, int, int, int], tail: bytes = b"", following: int = 0) -> bytes:
    """One page of tags `(tag, type, count, value)`; what is in `tail` begins at `after(tags)`."""
    entries = b"".join(struct.pack("<HHII", *one) for one in sorted(tags))
    return (
        b"II*\0" + struct.pack("<IH", 8, len(tags)) + entries + struct.pack("<I", following) + tail
    )


def after(count: int) -> int:
    return 8 + 2 + 12 * count + 4


def page(width: int, height: int, *more: tuple[int, int, int, int]) -> tuple:
    plain = ((256, 4, 1, width), (257, 4, 1, height), (258, 3, 1, 8), (259, 3, 1, 1))
    return (*plain, (262, 3, 1, 1), (277, 3, 1, 1), *more)


def many_strips(count: int) -> bytes:
    start = after(9)
    lists = ((273, 4, count, start), (279, 4, count, start + 4 * count), (278, 4, 1, 1))
    tail = struct.pack("<I", 8) * count + struct.pack("<I", 1) * count
    return tiff(*page(1, min(count, 60_000), *lists), tail=tail)


def many_tiles(count: int) -> bytes:
    start = after(10)
    lists = ((324, 4, count, start), (325, 4, count, start + 4 * count))
    sides = ((322, 3, 1, 16), (323, 3, 1, 16))
    tail = struct.pack("<I", 8) * count + struct.pack("<I", 1) * count
    return tiff(*page(60_000, 800, *lists, *sides), tail=tail)


def looping_pages() -> bytes:
    return tiff(*page(2, 2, (273, 4, 1, 8), (279, 4, 1, 4)), following=8)


def many_pages(count: int) -> bytes:
    buffer = io.BytesIO()
    one = Image.new("L", (2, 2))
    one.save(buffer, "TIFF", save_all=True, append_images=[one] * (count - 1))
    return buffer.getvalue()


def many_scans(count: int, side: int = 64) -> bytes:
    buffer = io.BytesIO()
    Image.new("L", (side, side)).save(buffer, "JPEG", progressive=True)
    data = buffer.getvalue()
    at = data.rindex(b"\xff\xda")
    return data[:at] + data[at:-2] * count + data[-2:]


def npy(header: str, body: bytes = b"", version: bytes = b"\x01\x00") -> bytes:
    text = header.encode().ljust(117) + b"\n"
    return b"\x93NUMPY" + version + struct.pack("<H", len(text)) + text + body


def npz_bomb(size: int) -> bytes:
    buffer = io.BytesIO()
    archive = zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED)
    with archive, archive.open("a.npy", "w", force_zip64=True) as entry:
        entry.write(npy(f"{{'descr': '|u1', 'fortran_order': False, 'shape': ({size}, 1)}}"))
        for _ in range(size // 2**20):
            entry.write(bytes(2**20))
    return buffer.getvalue()


def honest(kind: str) -> bytes:
    buffer = io.BytesIO()
    pixels = np.random.default_rng(0).integers(0, 255, (40, 60, 3)).astype(np.uint8)
    if kind == "npy":
        np.save(buffer, pixels)
    else:
        Image.fromarray(pixels).save(buffer, kind)
    return buffer.getvalue()


FAR = "{'descr': '|u1', 'fortran_order': False, 'shape': (100000, 100000)}"
DEEP = "(" * 4000
HOSTILE: dict[str, Callable[[], bytes]] = {
    "a PNG of one column": lambda: tall_png(1, 20_000_000),
    "a PNG of three columns": lambda: tall_png(3, 16_000_000),
    "a PNG of one row": lambda: tall_png(20_000_000, 1),
    "a PNG of too many pixels": lambda: png(60_000, 60_000),
    "a PNG whose text unpacks to much": lambda: png(
        2, 2, b"", chunk(b"zTXt", b"a\0\0" + zlib.compress(bytes(80_000_000)))
    ),
    "a PNG of a million chunks": lambda: png(2, 2, bytes(4), chunk(b"tEXt", b"a\0b") * 1_000_000),
    "a PNG of a million empty chunks": lambda: png(2, 2, bytes(4), chunk(b"IDAT", b"") * 1_000_000),
    "a large JPEG of some scans": lambda: many_scans(80, 6000),
    "a TIFF of three million strips": lambda: many_strips(3_000_000),
    "a TIFF of a million strips": lambda: many_strips(1_000_000),
    "a TIFF of three million tiles": lambda: many_tiles(3_000_000),
    "a TIFF of long sides": lambda: tiff(*page(70_000, 2, (273, 4, 1, 8), (279, 4, 1, 4))),
    "a TIFF without width": lambda: tiff((257, 4, 1, 5), (258, 3, 1, 8)),
    "a TIFF whose page leads to itself": lambda: looping_pages(),
    "a TIFF of 600 pages": lambda: many_pages(600),
    "a TIFF of another order": lambda: b"MM*\0" + honest("TIFF")[4:],
    "a TIFF of yet another order": lambda: b"II\0*" + honest("TIFF")[4:],
    "a JPEG of many scans": lambda: many_scans(150),
    "a BMP of negative width": lambda: (
        honest("BMP")[:18] + b"\xff\xff\xff\xff" + honest("BMP")[22:]
    ),
    "a BMP of much height": lambda: honest("BMP")[:22] + b"\xff\xff\xff\x7f" + honest("BMP")[26:],
    "half a PNG": lambda: honest("PNG")[:900],
    "half a WebP": lambda: honest("WEBP")[:300],
    "an array of much": lambda: npy(FAR),
    "an array of objects": lambda: npy(
        "{'descr': '|O', 'fortran_order': False, 'shape': (2, 2)}", b"x" * 99
    ),
    "an array of negative size": lambda: npy(FAR.replace("100000, 100000", "-5, 7")),
    "an array with a deep header": lambda: npy(DEEP),
    "an array of no numbers": lambda: npy(
        "{'descr': '<U9', 'fortran_order': False, 'shape': (2, 2)}"
    ),
    "an archive that unpacks to much": lambda: npz_bomb(600 * 2**20),
    "PostScript": lambda: b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n(canary) run\n",
    "a PDF": lambda: b"%PDF-1.7\n" + bytes(100),
    "an icon": lambda: b"\0\0\1\0" + bytes(100),
    "nothing": lambda: b"",
}


@cache
def hostile(name: str) -> bytes:
    """One of them; all together take seconds to make."""
    return HOSTILE[name]()
