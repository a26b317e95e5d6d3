"""Pictures in archives and folders, sound and hostile."""

from __future__ import annotations

import struct
import zipfile
from pathlib import Path

import pytest

from xai_core import XaiError
from xai_core.pictures import archive as picture_archive
from xai_core.pictures.archive import Found, picture_files, pictures_in, shown


def packed(path: Path, *entries: tuple[str, bytes], how: int = zipfile.ZIP_DEFLATED) -> Path:
    with zipfile.ZipFile(path, "w", how) as archive:
        for name, data in entries:
            archive.writestr(name, data)
    return path


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "pictures.zip"


def test_pictures_come_with_their_names_and_the_rest_with_its_cause(path: Path) -> None:
    packed(
        path,
        ("birds/wren.png", b"1"),
        ("birds/wren.JPG", b"2"),
        ("birds/notes.txt", b"3"),
        ("birds/", b""),
        ("__MACOSX/birds/._wren.png", b"4"),
        (".DS_Store", b"5"),
        ("birds/Thumbs.db", b"6"),
    )
    first, second, third = pictures_in(path)
    assert (first, second) == (Found("birds/wren.png", b"1"), Found("birds/wren.JPG", b"2"))
    assert (third.name, third.data) == ("birds/notes.txt", None)
    assert "Not a picture" in third.cause


def test_names_that_climb_are_names_and_write_nothing(path: Path, tmp_path: Path) -> None:
    packed(path, ("../../evil.png", b"1"), ("/etc/evil.png", b"2"), ("C:\\evil.png", b"3"))
    assert [one.data for one in pictures_in(path)] == [b"1", b"2", b"3"]
    assert list(tmp_path.iterdir()) == [path]


def test_a_name_is_shown_without_control_characters_and_not_in_full_length() -> None:
    assert shown("a\x1b[2J\u202e.png") == "a�[2J�.png"
    assert len(shown("x" * 5000 + ".png")) == picture_archive.MAX_NAME
    assert shown("x" * 5000 + ".png").endswith("x.png")


def test_two_of_one_name_are_both_there(path: Path) -> None:
    with pytest.warns(UserWarning, match="Duplicate"):
        packed(path, ("a.png", b"1"), ("a.png", b"2"))
    assert [one.data for one in pictures_in(path)] == [b"1", b"2"]


@pytest.mark.parametrize("data", [b"", b"no zip", b"PK\x03\x04" + b"\0" * 50])
def test_what_is_no_archive_is_refused(path: Path, data: bytes) -> None:
    path.write_bytes(data)
    with pytest.raises(XaiError, match="not a readable zip"):
        list(pictures_in(path))


def test_a_bomb_is_cut_off(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(picture_archive, "MAX_PICTURE_BYTES", 10_000)
    packed(path, ("bomb.png", b"\0" * 1_000_000), ("small.png", b"1"))
    bomb, small = pictures_in(path)
    assert bomb.data is None
    assert small.data == b"1"


def test_a_size_that_lies_changes_nothing(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(picture_archive, "MAX_PICTURE_BYTES", 10_000)
    packed(path, ("bomb.png", b"\0" * 1_000_000))
    data = path.read_bytes().replace(struct.pack("<I", 1_000_000), struct.pack("<I", 10))
    path.write_bytes(data)
    (bomb,) = pictures_in(path)
    assert bomb.data is None or len(bomb.data) <= 10


def test_all_pictures_together_have_a_limit(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(picture_archive, "MAX_BYTES", 25)
    packed(path, *((f"{index}.png", b"0123456789") for index in range(3)))
    with pytest.raises(XaiError, match="holds more than"):
        list(pictures_in(path))


@pytest.mark.parametrize("name", ["{}.png", "{}.txt"])
def test_too_many_entries_are_refused_before_any_is_read(
    path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setattr(picture_archive, "MAX_PICTURES", 5)
    monkeypatch.setattr(picture_archive, "MAX_ENTRIES", 8)
    packed(path, *((name.format(index), b"1") for index in range(9)))
    with pytest.raises(XaiError, match="9 entries"):
        list(pictures_in(path))


def test_an_encrypted_or_damaged_entry_leaves_the_others(path: Path) -> None:
    packed(path, ("a.png", b"a" * 500), ("b.png", b"b" * 500), ("c.png", b"c"), how=0)
    data = bytearray(path.read_bytes())
    data[data.index(b"b" * 500)] ^= 0xFF
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(mark) + offset] |= 1
    path.write_bytes(bytes(data))
    first, second, third = pictures_in(path)
    assert first.cause == "It is encrypted."
    assert "cannot be unpacked" in second.cause
    assert third.data == b"c"


def test_an_unknown_compression_is_told(path: Path) -> None:
    packed(path, ("a.png", b"a"), how=0)
    data = bytearray(path.read_bytes())
    for mark, offset in ((b"PK\x03\x04", 8), (b"PK\x01\x02", 10)):
        data[data.index(mark) + offset] = 97
    path.write_bytes(bytes(data))
    (only,) = pictures_in(path)
    assert "cannot be unpacked" in only.cause


def test_entries_that_share_their_bytes_are_refused(path: Path) -> None:
    """A directory with the same entry many times over."""
    packed(path, ("a.png", b"\0" * 1000))
    data = path.read_bytes()
    start = data.index(b"PK\x01\x02")
    end = data.index(b"PK\x05\x06")
    entry, tail = data[start:end], bytearray(data[end:])
    tail[8:12] = struct.pack("<HH", 50, 50)
    tail[12:16] = struct.pack("<I", 50 * len(entry))
    path.write_bytes(data[:start] + entry * 50 + bytes(tail))
    found = list(pictures_in(path))
    assert sum(len(one.data or b"") for one in found) <= 50 * 1000


def test_a_folder_gives_its_pictures_by_name(tmp_path: Path) -> None:
    for name in ("b.png", "a/z.jpeg", "a/notes.txt", ".hidden.png"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(b"1")
    found = [path.relative_to(tmp_path).as_posix() for path in picture_files(tmp_path)]
    assert found == ["a/z.jpeg", "b.png"]
