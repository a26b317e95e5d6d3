from __future__ import annotations

import io
import struct
import zipfile
from pathlib import Path

import pytest

from xai_core.base.storage.strict_zip import BrokenZipError, strict_zip
from xai_core.base.storage.zip_records import StrangeZipError

ENTRIES = {"a/one": b"1" * 50, "a/two": bytes(300), "a/three": b""}


class Unseekable(io.BytesIO):
    """Makes zipfile write sizes behind each entry, as torch does."""

    def seekable(self) -> bool:
        return False

    def tell(self) -> int:
        raise OSError


def archive(compressed: bool = False, described: bool = False) -> bytes:
    buffer = Unseekable() if described else io.BytesIO()
    kind = zipfile.ZIP_DEFLATED if compressed else zipfile.ZIP_STORED
    with zipfile.ZipFile(buffer, "w", kind) as out:
        for name, data in ENTRIES.items():
            out.writestr(name, data)
    return buffer.getvalue()


@pytest.mark.parametrize("described", [False, True])
@pytest.mark.parametrize("compressed", [False, True])
def test_honest_archives_are_read(compressed: bool, described: bool, tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(archive(compressed, described))
    found = strict_zip(tmp_path / "x")
    assert list(found.entries) == list(ENTRIES)
    assert all(found.read(name, 10_000) == data for name, data in ENTRIES.items())
    with pytest.raises(BrokenZipError):
        found.read("a/two", 100)


def test_every_byte_of_an_archive_is_accounted_for(tmp_path: Path) -> None:
    data, path = archive(described=True), tmp_path / "x"
    for place in range(0, len(data) + 1, 41):
        path.write_bytes(data[:place] + b"\0" + data[place:])
        with pytest.raises((BrokenZipError, StrangeZipError)):
            strict_zip(path)
    for length in range(0, len(data), 97):
        path.write_bytes(data[:length])
        with pytest.raises((BrokenZipError, StrangeZipError)):
            strict_zip(path)


def test_changed_bytes_are_noticed_or_change_nothing_of_the_layout(tmp_path: Path) -> None:
    data, path = archive(), tmp_path / "x"
    path.write_bytes(data)
    sound = strict_zip(path)
    for place in range(len(data)):
        changed = data[:place] + bytes([data[place] ^ 0x55]) + data[place + 1 :]
        path.write_bytes(changed)
        try:
            found = strict_zip(path)
        except (BrokenZipError, StrangeZipError):
            continue
        with zipfile.ZipFile(path) as other:
            assert other.namelist() == list(found.entries)
            sizes = [item.file_size for item in other.infolist()]
        assert sizes == [entry.size for entry in found.entries.values()]
        assert list(found.starts.values()) == list(sound.starts.values())


def test_damaged_contents_are_noticed(tmp_path: Path) -> None:
    data, path = archive(compressed=True), tmp_path / "x"
    place = data.index(b"a/two") + 10
    path.write_bytes(data[:place] + b"\xff" + data[place + 1 :])
    with pytest.raises(BrokenZipError):
        strict_zip(path).read("a/two", 10_000)


@pytest.mark.parametrize("name", ["/a", "a//b", "../a", "a/./b", "a\\b", "a\x00b", "a\nb"])
def test_names_that_lead_elsewhere(name: str, tmp_path: Path) -> None:
    plain = "n" * len(name)
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as out:
        out.writestr(plain, b"x")
    (tmp_path / "x").write_bytes(buffer.getvalue().replace(plain.encode(), name.encode()))
    with pytest.raises(StrangeZipError):
        strict_zip(tmp_path / "x")


def test_a_directory_of_more_or_fewer_entries(tmp_path: Path) -> None:
    data = archive()
    for count in (2, 4, 0xFFFF):
        end = struct.pack("<HH", count, count)
        (tmp_path / "x").write_bytes(data[:-14] + end + data[-10:])
        with pytest.raises((BrokenZipError, StrangeZipError)):
            strict_zip(tmp_path / "x")
