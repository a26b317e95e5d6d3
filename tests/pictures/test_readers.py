"""Every kind of picture: written to a file, opened, prepared, and held against a plain formula."""

from __future__ import annotations

import io
import itertools
from pathlib import Path

import numpy as np
import pytest
import tifffile
from PIL import Image

from tests.peak import peak
from xai_core.base.errors import InputError
from xai_core.pictures.preprocessing import InputSpec, Prepared, open_picture, prepare
from xai_core.pictures.raster import MAX_BYTES, check_size
from xai_core.pictures.readers.base import READERS
from xai_core.pictures.readers.photo import HALVED

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


def test_ranges_are_the_types_the_datas_given_or_none() -> None:
    array = np.linspace(100, 4095, HEIGHT * WIDTH).reshape(HEIGHT, WIDTH).astype(np.uint16)
    raster = open_picture(tiff(array))
    wanted = {
        "type": array / 65535,
        "data": (array - 100.0) / 3995,
        "raw": array.astype(float),
    }
    for name, expected in wanted.items():
        prepared = prepare(raster, plain(1, range=name))
        np.testing.assert_allclose(prepared.inputs[0, 0], expected, rtol=1e-5, atol=1e-6)
    given = prepare(raster, plain(1, range="given", low=500.0, high=2000.0))
    np.testing.assert_allclose(given.inputs[0, 0], np.clip((array - 500.0) / 1500, 0, 1), atol=1e-6)


def test_what_was_done_to_the_values_is_told() -> None:
    array = np.full((HEIGHT, WIDTH), 100, np.uint16)
    array[0] = 4095
    raster = open_picture(tiff(array))
    scale = prepare(raster, plain(1)).scale
    assert scale is not None
    assert scale.told == (
        "The picture has 16-bit whole numbers from 100 to 4095; 0 becomes 0 and 65535 becomes 1."
    )
    assert scale.warning is not None
    assert "6.1%" in scale.warning
    narrow = prepare(raster, plain(1, range="given", low=0.0, high=2000.0)).scale
    assert narrow is not None
    assert narrow.warning == "Values outside the range are clipped."
    assert prepare(raster, plain(1, range="data")).scale.warning is None  # type: ignore[union-attr]


def test_fractions_outside_0_to_1_need_a_range() -> None:
    raster = open_picture(npy(np.full((HEIGHT, WIDTH), 3.5, np.float32)))
    with pytest.raises(InputError, match=r"from 3\.5 to 3\.5"):
        prepare(raster, plain(1))
    assert prepare(raster, plain(1, range="raw")).inputs.max() == 3.5


@pytest.mark.parametrize("kind", ["uint8", "uint16"])
def test_opacity_is_kept_by_a_model_of_four_channels_and_lies_on_white_else(kind: str) -> None:
    array = values(kind, HEIGHT, WIDTH, 4)
    data = tiff(array, photometric="rgb", extrasamples=["unassalpha"])
    raster = open_picture(data)
    assert raster.alpha
    same(prepare(raster, plain(4)), slowly(array))
    top = ENDS[kind][1]
    opacity = array[:, :, 3:] / top
    flat = (array[:, :, :3] / top * opacity + (1 - opacity)).transpose(2, 0, 1)[None]
    np.testing.assert_allclose(prepare(raster, plain(3)).inputs, flat, atol=1.01 / top + 1e-6)


def test_an_order_swaps_and_chooses_channels() -> None:
    colours = values("uint8", HEIGHT, WIDTH, 3)
    prepared = prepare(open_picture(pillow(colours, "PNG")), plain(3, order=(2, 1, 0)))
    same(prepared, slowly(colours)[:, ::-1])
    np.testing.assert_array_equal(prepared.picture, colours)  # a person still sees its colours
    many = values("uint16", HEIGHT, WIDTH, 7)
    raster = open_picture(tiff(many, photometric="minisblack", planarconfig="contig"))
    same(prepare(raster, plain(2, order=(5, 3))), slowly(many)[:, [5, 3]])
    with pytest.raises(InputError, match="no channel 7"):
        prepare(raster, plain(1, order=(7,)))


@pytest.mark.parametrize(("has", "wants"), [(1, 4), (3, 4), (3, 2), (4, 3), (7, 3), (2, 1)])
def test_channels_that_the_picture_has_not_are_told(has: int, wants: int) -> None:
    array = values("uint8", HEIGHT, WIDTH, has)
    with pytest.raises(InputError, match=f"takes {wants} channel"):
        prepare(open_picture(npy(array)), plain(wants))


def test_a_person_sees_chosen_channels_with_contrast() -> None:
    many = (np.random.default_rng(0).random((HEIGHT, WIDTH, 6)) * 900 + 100).astype(np.uint16)
    raster = open_picture(tiff(many, photometric="minisblack", planarconfig="contig"))
    prepared = prepare(raster, plain(6, shown=(5, 0, 2)))
    for place, index in enumerate((5, 0, 2)):
        one = many[:, :, index].astype(float)
        low, high = np.percentile(one, (0.5, 99.5))
        expected = np.rint(np.clip((one - low) / (high - low), 0, 1) * 255)
        np.testing.assert_allclose(prepared.picture[:, :, place], expected, atol=1)
    assert any("stretched" in note for note in prepared.notes)
    first = prepare(raster, plain(6))
    again = prepare(raster, plain(6, shown=(0, 1, 2)))
    np.testing.assert_array_equal(first.picture, again.picture)
    np.testing.assert_array_equal(first.inputs, prepared.inputs)  # the model sees the same


@pytest.mark.parametrize("shape", [(40, 20), (20, 40), (33, 20)])
@pytest.mark.parametrize("kind", ["uint8", "uint16", "float32"])
def test_the_padding_of_a_letterbox_is_known_and_has_its_value(
    kind: str, shape: tuple[int, int]
) -> None:
    from xai_core.maps.canonical import canonicalise
    from xai_core.maps.recipe import Recipe

    spec = InputSpec(3, 32, 32, "letterbox", 32, (0.5,) * 3, (0.25,) * 3, padding=114 / 255)
    prepared = prepare(open_picture(npy(values(kind, *shape, 3))), spec)
    top, left, bottom, right = prepared.content
    scale = 32 / max(shape)
    assert (bottom - top, right - left) == tuple(round(side * scale) for side in shape)
    inside = np.zeros((32, 32), bool)
    inside[top:bottom, left:right] = True
    np.testing.assert_allclose(prepared.inputs[0][:, ~inside], (114 / 255 - 0.5) / 0.25, rtol=1e-6)
    assert (prepared.picture[~inside] == 114).all()
    attribution = np.where(inside, 1.0, 99.0).astype(np.float32)[None, None]
    cropped = canonicalise(attribution, Recipe(quantile=None, crop=prepared.content))
    assert cropped.shape[1:] == (bottom - top, right - left)
    assert (cropped == 1.0).all()  # the padding's 99 is gone before anything is scaled


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
