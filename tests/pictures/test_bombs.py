"""Small files that ask for a lot: pictures and archives, refused before it is spent."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.peak import peak
from xai_core.base.errors import InputError, ModelError, XaiError
from xai_core.base.storage import zips
from xai_core.base.storage.unpacked import MAX_DEPTH
from xai_core.base.storage.zips import zip_names
from xai_core.models.tensorflow.folder import GRAPH, graph_bytes
from xai_core.pictures.preprocessing import FORMATS, MAX_INPUT, InputSpec, open_picture, prepare

SIDE = 8000  # 64 million pixels
FAR = 13_100  # 172 million
WEBP_SIDE = 12_000


def flat(name: str, side: int) -> bytes:
    buffer = io.BytesIO()
    options = {"compression": "tiff_lzw"} if name == "TIFF" else {}
    Image.new("1" if name in ("PNG", "BMP", "TIFF") else "L", (side, side)).save(
        buffer, name, **options
    )
    return buffer.getvalue()


def png_of_size(width: int, height: int) -> bytes:
    """A PNG whose header declares a size and whose body holds next to nothing."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        )

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    body = zlib.compress(b"\0" * 100)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", body) + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize("name", [one for one in FORMATS if one != "WEBP"])
def test_more_pixels_than_are_kept_are_scaled_down_while_they_are_read(name: str) -> None:
    data = flat(name, SIDE)
    assert len(data) < 12_000_000
    found = open_picture(data)
    assert found.size == (SIDE // 2, SIDE // 2)
    assert "64 million pixels" in found.notes[0]


@pytest.mark.parametrize("name", ["PNG", "BMP", "TIFF", "JPEG"])
def test_too_many_pixels_are_refused_in_every_format(name: str) -> None:
    data = flat(name, 64)
    wide = struct.pack(">H" if name == "JPEG" else "<I", FAR)
    places = {"PNG": (16, 20), "BMP": (18, 22)}.get(name)
    if name == "PNG":
        data = png_of_size(FAR, FAR)
    elif places:
        for place in places:
            data = data[:place] + wide + data[place + 4 :]
    elif name == "JPEG":
        at = data.index(b"\xff\xc0") + 5
        data = data[:at] + wide + wide + data[at + 4 :]
    else:
        data = b"".join(_declared(data, FAR))
    with pytest.raises(InputError, match="million pixels"):
        open_picture(data)


def _declared(data: bytes, side: int) -> list[bytes]:
    """A TIFF whose tags of width and height say something else."""
    start = struct.unpack("<I", data[4:8])[0]
    count = struct.unpack("<H", data[start : start + 2])[0]
    parts = [data[: start + 2]]
    for number in range(count):
        entry = data[start + 2 + 12 * number : start + 14 + 12 * number]
        tag = struct.unpack("<H", entry[:2])[0]
        parts.append(struct.pack("<HHII", tag, 4, 1, side) if tag in (256, 257) else entry)
    return [*parts, data[start + 2 + 12 * count :]]


def test_too_many_pixels_are_refused_in_a_webp() -> None:
    # Only its header: to write so large a WebP takes minutes.
    header = b"\x2f" + struct.pack("<I", (WEBP_SIDE - 1) | (WEBP_SIDE - 1) << 14)
    chunk = b"VP8L" + struct.pack("<I", len(header) + 1) + header + b"\0\0"
    with pytest.raises(InputError):
        open_picture(b"RIFF" + struct.pack("<I", len(chunk) + 4) + b"WEBP" + chunk)


@pytest.mark.parametrize("size", [(2**31 - 1, 1), (100_000, 100_000), (2**31 - 1, 2**31 - 1)])
def test_a_header_that_lies_about_its_size_costs_nothing(size: tuple[int, int]) -> None:
    def run() -> None:
        with pytest.raises(InputError):
            open_picture(png_of_size(*size))

    assert peak(run) < 10_000_000


@pytest.mark.parametrize("size", [(1, 2_000_000), (2_000_000, 1), (3, 400_000)])
def test_a_long_strip_does_not_grow_into_the_memory(size: tuple[int, int]) -> None:
    picture = Image.new("RGB", size, (200, 10, 10))
    prepared = prepare(picture, InputSpec())
    assert prepared.inputs.shape == (1, 3, 224, 224)
    assert (prepared.picture == (200, 10, 10)).all()


def test_cutting_a_long_picture_first_changes_nothing_in_the_middle() -> None:
    waves = np.sin(np.arange(40)[:, None, None] / 5 + np.arange(40_000)[None, :, None] / 7)
    values = np.repeat((waves * 120 + 128).astype(np.uint8), 3, axis=2)
    spec = InputSpec(height=256, width=256, resize=300)
    middle = np.ascontiguousarray(values[:, 19_000:21_000])  # small enough to be scaled whole
    got = prepare(Image.fromarray(values), spec).picture.astype(int)
    expected = prepare(Image.fromarray(middle), spec).picture.astype(int)
    assert np.abs(got - expected).max() <= 4  # the cut may fall between two pixels


@pytest.mark.parametrize("field", ["height", "width", "resize"])
def test_an_input_that_fills_the_memory_cannot_be_asked_for(field: str) -> None:
    with pytest.raises(InputError, match="too large"):
        InputSpec(**{field: MAX_INPUT + 1})
    with pytest.raises(InputError, match="too large"):
        InputSpec(height=10_000, width=10_000)


def archive(path: Path, names: list[str], data: bytes = b"") -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        for name in names:
            file.writestr(name, data)
    return path


def test_an_archive_with_an_endless_list_of_entries_is_not_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = archive(tmp_path / "many.zip", [f"entry-{number}" for number in range(2000)])
    assert len(zip_names(path) or ()) == 2000
    monkeypatch.setattr(zips, "MAX_DIRECTORY", 50_000)
    assert zip_names(path) is None
    wide = archive(tmp_path / "wide.zip", [f"entry-{number}" for number in range(70_000)])
    monkeypatch.setattr(zips, "MAX_DIRECTORY", 2**20)  # its size stands in the long record
    assert zip_names(wide) is None


@pytest.mark.parametrize(
    "name",
    ["../saved_model.pb", "/saved_model.pb", "a/" * (MAX_DEPTH + 1) + GRAPH, "C:/saved_model.pb"],
)
def test_entries_that_lead_out_or_too_deep_are_refused(tmp_path: Path, name: str) -> None:
    path = archive(tmp_path / "model.zip", [name], b"graph")
    with pytest.raises(ModelError) as caught, graph_bytes(path):
        pass
    assert caught.value.code == "unsafe-code"


def test_a_picture_that_is_an_archive_is_none(tmp_path: Path) -> None:
    with pytest.raises(XaiError, match="not a picture"):
        open_picture(archive(tmp_path / "a.zip", ["a.png"]).read_bytes())
