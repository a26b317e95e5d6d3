"""Pictures in archives: several that are one study, labels, and what is hostile or broken."""

from __future__ import annotations

import struct
import tarfile
import zipfile
from itertools import islice
from pathlib import Path

import pytest

from tests.studies.sources.trees import (
    in_folder,
    refused,
    tarred,
    zipped,
)
from xai_core.base.errors import InputError, ModelError
from xai_core.models.unpacking.archives import unpack
from xai_core.studies.places import cut, members
from xai_core.studies.sources import open_source


def test_archives_that_are_one_study(tmp_path: Path) -> None:
    for number in range(3):
        tarred(tmp_path / f"train-{number:03d}.tar", {"1.png": bytes([number])})
    (tmp_path / "train-001.tar").write_bytes(b"\x01" * 600)
    expected = ["train-000.tar/1.png", "train-001.tar", "train-002.tar/1.png"]
    for where in (
        tmp_path,
        f"{tmp_path}/train-{{000..002}}.tar",
        f"{tmp_path}/train-00{{0,1,2}}.tar",
    ):
        source = open_source(where)
        assert [one.name for one in source.pictures()] == expected
        assert list(refused(source, tmp_path)) == ["train-001.tar"]
    last = list(source.pictures())[-1]
    assert source.local(last, tmp_path / ".copies").read_bytes() == b"\x02"
    with pytest.raises(InputError, match="100,000"):
        open_source("train-{0..9999999}.tar")
    for mixed in ("other.png", "sub/other.png"):  # it is a folder of pictures then
        in_folder(tmp_path, {mixed: b"1"})
        assert [one.name for one in open_source(tmp_path).pictures()] == [mixed]
        (tmp_path / mixed).unlink()


def test_labels_of_webdataset(tmp_path: Path) -> None:
    files = {
        "1.cls": b" 7\n",
        "1.jpg": b"1",
        "2.png": b"2",
        "2.json": b'{"width": 3, "label": "wren"}',
        "3.jpg": b"3",
        "3.json": b"[" * 100_000,
        "s/4.left.png": b"4",
        "s/4.right.png": b"5",
        "s/4.cls": b"both",
    }
    source = open_source(tarred(tmp_path / "set.tar", files))
    assert {one.name: one.label for one in source.pictures()} == {
        **{"1.jpg": "7", "2.png": "wren", "3.jpg": None},
        **{"s/4.left.png": "both", "s/4.right.png": "both"},
    }


def test_members_that_are_none_for_us_are_rows_with_their_cause(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for home in (cut, members):
        monkeypatch.setattr(home, "MAX_PICTURE_BYTES", 4000)
    link, hard = (tarfile.TarInfo(f"{name}.png") for name in ("link", "hard"))
    link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
    hard.type, hard.linkname = tarfile.LNKTYPE, "a.png"
    files = {"../up.png": b"1", "/root.png": b"2", "big.png": bytes(4001), "a.png": b"3"}
    tar = refused(open_source(tarred(tmp_path / "1.tar", files, link, hard)), tmp_path)
    assert set(tar) == {*files, "link.png", "hard.png"} - {"a.png"}

    entry = zipfile.ZipInfo("link.png")
    entry.external_attr = 0o120777 << 16
    with zipfile.ZipFile(zipped(tmp_path / "1.zip", files), "a") as archive:
        archive.writestr(entry, "/etc/passwd")
    found = refused(open_source(tmp_path / "1.zip"), tmp_path)
    assert set(found) == {*files, "link.png"} - {"a.png"}
    for causes in (tar, found):
        assert "leads out" in causes["../up.png"]
        assert "MB" in causes["big.png"]
        assert "link" in causes["link.png"]
    assert not (tmp_path.parent / "up.png").exists()


def test_an_archive_that_lies_is_stopped_by_what_it_unpacks_to(tmp_path: Path) -> None:
    path = zipped(tmp_path / "1.zip", {"bomb.png": bytes(10**7), "a.png": b"1"})
    data = bytearray(path.read_bytes())
    at = data.index(b"PK\x01\x02")
    struct.pack_into("<I", data, at + 24, 100)  # what the directory says that it unpacks to
    path.write_bytes(data)
    assert "more than the archive declares" in refused(open_source(path), tmp_path)["bomb.png"]
    assert [one.read_bytes() for one in tmp_path.glob("*/*.png")] == [b"1"]


def test_a_broken_archive_says_so(tmp_path: Path) -> None:
    path = zipped(tmp_path / "1.zip", {f"{n}.png": b"1" * 99 for n in range(9)})
    data = path.read_bytes()
    changed = bytearray(data)
    changed[36:38] = b"\0\0"
    path.write_bytes(changed)
    assert list(refused(open_source(path), tmp_path)) == ["0.png"]
    for wrong in (data[:-30], b"PK\x03\x04", b"PK\x03\x04" + bytes(99)):
        path.write_bytes(wrong)
        with pytest.raises(InputError, match="broken") as first:
            list(open_source(path).pictures())
        with pytest.raises(InputError, match="broken") as second:
            list(open_source(path).pictures())
        assert first.value is not second.value, "its traceback would grow"
    tar = tarred(tmp_path / "1.tar", {f"{n}.png": b"1" * 600 for n in range(3)})
    tar.write_bytes(tar.read_bytes()[:4100])  # within the bytes of the third
    assert list(refused(open_source(tar), tmp_path)) == ["2.png", "1.tar"]
    data = bytearray(tarred(tar, {"a.png": b"1", "b.png": b"2"}).read_bytes())
    data[1024:1040] = b"not a header now"
    tar.write_bytes(data)
    assert list(refused(open_source(tar), tmp_path)) == ["1.tar"]
    with pytest.raises(InputError, match="compressed"):
        open_source("pictures.tar.gz")


@pytest.mark.parametrize("size", [-1, -512, -1024])
@pytest.mark.parametrize("form", [tarfile.GNU_FORMAT, tarfile.PAX_FORMAT])
def test_a_tar_whose_sizes_lead_back_ends(tmp_path: Path, size: int, form: int) -> None:
    info = tarfile.TarInfo("b.png")
    info.size = size
    tar = tarred(tmp_path / "1.tar", {"a.png": b"1"})
    data = tar.read_bytes()[:1024]
    tar.write_bytes(data + info.tobuf(form) + bytes(1024))
    listed = list(islice(open_source(tar).pictures(), 9))
    assert [one.name for one in listed] == ["a.png", "1.tar"]
    (tmp_path / "out").mkdir()
    with pytest.raises(ModelError, match="damaged"):
        unpack(tar, "tar", tmp_path / "out")


def test_an_upload_without_an_ending_is_what_it_begins_with(tmp_path: Path) -> None:
    for made in (
        zipped(tmp_path / "z.zip", {"a.png": b"1"}),
        tarred(tmp_path / "t.tar", {"a.png": b"1"}),
    ):
        bare = made.rename(tmp_path / made.stem)
        assert [one.name for one in open_source(bare).pictures()] == ["a.png"]
