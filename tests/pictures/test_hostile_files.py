"""Arrays and TIFFs that lie, are broken or would fill the memory are refused, and run nothing."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest
import tifffile

from tests.peak import peak
from tests.pictures.samples import (
    npy,
    tiff,
    values,
)
from xai_core.base.errors import InputError
from xai_core.pictures.preprocessing import open_picture
from xai_core.pictures.raster import MAX_BYTES, check_size
from xai_core.pictures.readers.base import READERS


def header(text: str) -> bytes:
    padded = text.encode() + b" " * (118 - len(text)) + b"\n"
    return b"\x93NUMPY\x01\x00" + len(padded).to_bytes(2, "little") + padded


class Trap:
    """What unpickling would run."""

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return Path.touch, (Path("ran"),)


HOSTILE = {
    "huge": header("{'descr': '<f4', 'fortran_order': False, 'shape': (100000, 100000)}"),
    "overflowing": header(
        "{'descr': '|u1', 'fortran_order': False, 'shape': (4611686018427387904, 3)}"
    ),
    "negative": header("{'descr': '|u1', 'fortran_order': False, 'shape': (-4, -4)}"),
    "no shape": header("{'descr': '|u1', 'fortran_order': False, 'shape': ('a', 4)}"),
    "code": header("__import__('os').abort()"),
    "long header": b"\x93NUMPY\x02\x00" + (2**31).to_bytes(4, "little") + b"{" * 20_000,
    "objects": npy(np.array([[Trap(), Trap()]], dtype=object)),
    "records": npy(np.zeros((4, 4), [("a", "u1"), ("b", "f4")])),
    "text": npy(np.full((4, 4), "pixel")),
    "complex": npy(np.zeros((4, 4), np.complex64)),
    "undefined": npy(np.full((4, 4), np.nan, np.float32)),
    "empty": npy(np.zeros((0, 4), np.uint8)),
    "one axis": npy(np.zeros(7, np.uint8)),
    "broken off": npy(np.zeros((40, 40), np.float32))[:2000],
    "truncated tiff": tiff(values("uint16", 64, 64, 3), photometric="rgb")[:9000],
    "truncated stack": tiff(values("float32", 5, 64, 64), photometric="minisblack")[:-900],
    "half a header": tiff(values("uint16", 8, 8))[:60],
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_array_or_tiff_is_refused_and_runs_nothing(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)

    def run() -> None:
        with pytest.raises(InputError):
            open_picture(HOSTILE[name])

    assert peak(run) < MAX_BYTES / 10
    assert not list(tmp_path.iterdir())


def test_a_tiff_that_unpacks_to_more_than_it_says_is_refused() -> None:
    import zlib

    buffer = io.BytesIO()
    tifffile.imwrite(buffer, np.zeros((64, 64, 3), np.uint16), photometric="rgb")
    sound = buffer.getvalue()
    with tifffile.TiffFile(io.BytesIO(sound)) as file:
        tags = file.pages[0].tags  # type: ignore[union-attr]
        places = {
            name: tags[name].valueoffset
            for name in ("Compression", "StripByteCounts", "StripOffsets")
        }
    packed = zlib.compress(bytes(10**8))
    data = bytearray(sound)
    for name, number in (
        ("Compression", 8),
        ("StripByteCounts", len(packed)),
        ("StripOffsets", len(sound)),
    ):
        size = 2 if name == "Compression" else 4
        data[places[name] : places[name] + size] = number.to_bytes(size, "little")

    def run() -> None:
        with pytest.raises(InputError, match="unpacks to more"):
            open_picture(bytes(data) + packed)

    assert peak(run) < 20_000_000


@pytest.mark.parametrize(
    ("size", "told"),
    [
        ((8000, 8000, 1, 1), "million pixels"),
        ((6000, 6000, 3, 8), "MB once"),
        ((10, 10, 600, 1), "600 channels"),
    ],
)
def test_what_would_fill_the_memory_is_refused(size: tuple[int, ...], told: str) -> None:
    with pytest.raises(InputError, match=told):
        check_size(*size)


@pytest.mark.parametrize("reader", READERS, ids=lambda one: one.name)
def test_no_reader_stumbles_over_noise(reader: object) -> None:
    noise = np.random.default_rng(1).bytes(4000)
    for start in (b"", b"II*\0", b"MM\0*", b"\x93NUMPY", b"PK\x03\x04" + b"0" * 26 + b"a.npy"):
        for cut in (0, 1, 7, 600):
            with pytest.raises(InputError):
                open_picture(start + noise[:cut])
    assert reader.suffixes  # type: ignore[attr-defined]
