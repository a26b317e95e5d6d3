"""Every kind of picture: written to a file, opened, prepared, and held against a plain formula."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image

from tests.pictures.samples import (
    ENDS,
    HEIGHT,
    WIDTH,
    npy,
    pillow,
    plain,
    same,
    slowly,
    tiff,
    values,
)
from xai_core.base.errors import InputError
from xai_core.pictures.preprocessing import InputSpec, open_picture, prepare
from xai_core.pictures.readers.photo import HALVED


@pytest.mark.parametrize("kind", ENDS)
@pytest.mark.parametrize("channels", [1, 3, 4, 7])
@pytest.mark.parametrize("compression", [None, "zlib"])
def test_a_tiff_of_any_number_type_keeps_its_values(
    kind: str, channels: int, compression: str | None
) -> None:
    array = values(kind, HEIGHT, WIDTH, channels)
    written = array if channels > 1 else array[:, :, 0]
    form = "rgb" if channels == 3 else "minisblack"
    given = {"planarconfig": "contig"} if channels > 1 else {}
    data = tiff(written, photometric=form, compression=compression, **given)
    same(prepare(open_picture(data), plain(channels)), slowly(array))


@pytest.mark.parametrize("kind", ["uint8", "uint16", "float32"])
@pytest.mark.parametrize("compression", [None, "zlib"])
def test_the_pages_of_a_stack_are_channels(kind: str, compression: str | None) -> None:
    pages = values(kind, 5, HEIGHT, WIDTH)
    data = tiff(pages, photometric="minisblack", compression=compression)
    same(prepare(open_picture(data), plain(5)), slowly(np.moveaxis(pages, 0, 2)))


@pytest.mark.parametrize("kind", ["uint8", "uint16", "float32", "int32"])
def test_a_compressed_stack_is_read_by_pillow(kind: str) -> None:
    pages = values(kind, 3, HEIGHT, WIDTH)
    frames = [Image.fromarray(page) for page in pages]
    buffer = io.BytesIO()
    frames[0].save(buffer, "TIFF", save_all=True, append_images=frames[1:], compression="tiff_lzw")
    same(prepare(open_picture(buffer.getvalue()), plain(3)), slowly(np.moveaxis(pages, 0, 2)))


def test_planes_one_after_the_other_and_tiles_are_read() -> None:
    array = values("uint16", 4, HEIGHT, WIDTH)
    planes = tiff(array, photometric="rgb", planarconfig="separate", extrasamples=["unspecified"])
    same(prepare(open_picture(planes), plain(4)), slowly(np.moveaxis(array, 0, 2)))
    tiled = tiff(np.moveaxis(array, 0, 2), photometric="minisblack", planarconfig="contig",
                 tile=(16, 16), compression="zlib")  # fmt: skip
    same(prepare(open_picture(tiled), plain(4)), slowly(np.moveaxis(array, 0, 2)))


def test_a_grey_png_of_16_bit_keeps_its_values() -> None:
    array = values("uint16", HEIGHT, WIDTH)
    opened = open_picture(pillow(array, "PNG"))
    same(prepare(opened, plain(1)), slowly(array[:, :, None]))
    assert opened.notes == ()


def test_what_pillow_halves_is_told() -> None:
    import struct
    import zlib

    def chunk(kind: bytes, data: bytes) -> bytes:
        check = struct.pack(">I", zlib.crc32(kind + data))
        return struct.pack(">I", len(data)) + kind + data + check

    array = values("uint16", HEIGHT, WIDTH, 3)
    rows = b"".join(b"\0" + row.astype(">u2").tobytes() for row in array)
    data = b"\x89PNG\r\n\x1a\n" + chunk(
        b"IHDR", struct.pack(">IIBBBBB", WIDTH, HEIGHT, 16, 2, 0, 0, 0)
    )
    data += chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
    prepared = prepare(open_picture(data), plain(3))
    assert prepared.notes == (HALVED,)
    np.testing.assert_array_equal(prepared.picture, array >> 8)


@pytest.mark.parametrize("kind", ["uint8", "uint16", "float32", "float64"])
@pytest.mark.parametrize("channels", [1, 3, 4, 9])
def test_arrays_have_their_channels_at_either_end(kind: str, channels: int) -> None:
    array = values(kind, HEIGHT, WIDTH, channels)
    expected = slowly(array)
    first = np.ascontiguousarray(np.moveaxis(array, 2, 0))
    for given in (
        array,
        first,
        first[None],
        np.asfortranarray(array),
        array.astype(f">{array.dtype.str[1:]}"),
    ):
        same(prepare(open_picture(npy(given)), plain(channels)), expected)
    if channels == 1:
        same(prepare(open_picture(npy(array[:, :, 0])), plain(1)), expected)


def test_the_model_says_which_end_of_an_array_is_meant() -> None:
    array = values("float32", 6, 5, 20)  # more channels than rows
    spec = InputSpec(20, 6, 5, "squash", 6, (0.0,) * 20, (1.0,) * 20)
    np.testing.assert_allclose(prepare(open_picture(npy(array)), spec).inputs, slowly(array))


def test_an_archive_of_one_array_is_read() -> None:
    array, buffer = values("uint8", HEIGHT, WIDTH, 3), io.BytesIO()
    np.savez_compressed(buffer, picture=array)
    same(prepare(open_picture(buffer.getvalue()), plain(3)), slowly(array))
    np.savez(buffer := io.BytesIO(), a=array, b=array)
    with pytest.raises(InputError, match="2 arrays"):
        open_picture(buffer.getvalue())
