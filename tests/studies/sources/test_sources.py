"""Where pictures come from: every kind, sound, broken and hostile; here and by URL."""

from __future__ import annotations

import io
import os
import pickle
import struct
import tarfile
import zipfile
from collections.abc import Callable
from itertools import islice
from pathlib import Path

import fsspec
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from xai_core.base.errors import InputError, ModelError, XaiError
from xai_core.models.unpacking.archives import unpack
from xai_core.pictures.archive import picture_files
from xai_core.studies.places import cut, members
from xai_core.studies.sources import Listed, Source, open_source
from xai_core.studies.sources.base import SOURCES

TREE = {"b.png": b"B", "a/x.jpg": b"X", "a/x.mask.png": b"M", "a/y.seg.png": b"alone"}


def tarred(path: Path, files: dict[str, bytes], *more: tarfile.TarInfo) -> Path:
    with tarfile.open(path, "w") as archive:
        for name, data in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
        for info in more:
            archive.addfile(info)
    return path


def zipped(path: Path, files: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return path


def in_folder(path: Path, files: dict[str, bytes]) -> Path:
    for name, data in files.items():
        (path / name).parent.mkdir(parents=True, exist_ok=True)
        (path / name).write_bytes(data)
    return path


def in_manifest(path: Path, files: dict[str, bytes]) -> Path:
    in_folder(path.parent, files)
    masks = {"a/x.jpg": "a/x.mask.png"}
    rows = [f"{name},{masks.get(name, '')}" for name in files if name not in masks.values()]
    path.write_text("\n".join(["path,mask", *rows]))
    return path


KINDS: dict[str, Callable[[Path], Path]] = {
    "folder": lambda there: in_folder(there / "pictures", TREE),
    "zip": lambda there: zipped(there / "pictures.ZIP", TREE),
    "tar": lambda there: tarred(there / "pictures.tar", TREE),
    "manifest": lambda there: in_manifest(there / "pictures.csv", TREE),
    "picture": lambda there: in_folder(there, {"b.png": b"B"}) / "b.png",
}


def everything(source: Source, folder: Path) -> dict[str, tuple[bytes, bytes | None]]:
    """Bytes of pictures and masks by name, as another process finds them."""
    found = {}
    for one in source.pictures():
        again, listed = pickle.loads(pickle.dumps((source, one)))
        mask = listed.mask and again.local(Listed("mask", listed.mask), folder)
        picture = again.local(listed, folder).read_bytes()
        found[one.name] = (picture, mask and mask.read_bytes())
    return found


def refused(source: Source, folder: Path) -> dict[str, str]:
    """Why pictures are left out, at the list or when they are asked for."""
    causes, folder = {}, folder / ".copies"
    folder.mkdir(exist_ok=True)
    for one in source.pictures():
        try:
            if one.cause is None:
                source.local(one, folder)
            causes[one.name] = one.cause or ""
        except XaiError as error:
            causes[one.name] = str(error)
    return {name: cause for name, cause in causes.items() if cause}


def test_every_kind_is_tested() -> None:
    assert set(KINDS) == set(SOURCES.names())


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("remote", [False, True], ids=["here", "by URL"])
def test_pictures_and_masks_come_from_every_kind(kind: str, remote: bool, tmp_path: Path) -> None:
    there, copies = tmp_path / "there", tmp_path / "copies"
    there.mkdir()
    copies.mkdir()
    where: str | Path = KINDS[kind](there)
    if remote:
        memory = fsspec.filesystem("memory")
        memory.put(str(there), f"/{kind}", recursive=True)
        where = f"memory://{kind}/{where.relative_to(there)}"
    found = everything(open_source(where), copies)
    expected = {"b.png": (b"B", None), "a/x.jpg": (b"X", b"M"), "a/y.seg.png": (b"alone", None)}
    assert found == (expected if kind != "picture" else {"b.png": (b"B", None)})
    assert list(open_source(where).pictures()) == list(open_source(where).pictures())
    assert all("/" not in one.name and one.name[0] != "." for one in copies.iterdir())


def test_a_folder_is_read_in_the_order_of_names_and_no_link_leads_in_a_circle(
    tmp_path: Path,
) -> None:
    names = ("b/2.png", "b/10.png", "a.png", "b.png", "Z/q.tif", ".hidden/a.png", "notes.txt")
    in_folder(tmp_path, dict.fromkeys(names, b"1"))
    os.symlink(tmp_path, tmp_path / "b" / "round", target_is_directory=True)
    os.symlink(tmp_path / "a.png", tmp_path / "link.png")
    found = [tmp_path / one.place for one in open_source(tmp_path).pictures()]
    assert found == [one for one in picture_files(tmp_path) if ".hidden" not in one.parts]


def test_a_link_that_leads_nowhere_is_refused_and_stops_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    in_folder(tmp_path, {"a.png": b"1", "large.png": bytes(4001)})
    for name, to in (("dangling", "gone.png"), ("round", "round.png")):
        os.symlink(tmp_path / to, tmp_path / f"{name}.png")
    os.symlink(tmp_path, tmp_path / "folder.png", target_is_directory=True)
    monkeypatch.setattr(cut, "MAX_PICTURE_BYTES", 4000)
    source = open_source(tmp_path)
    expected = ["a.png", "dangling.png", "large.png", "round.png"]
    assert [one.name for one in source.pictures()] == expected
    causes = refused(source, tmp_path)
    assert list(causes) == expected[1:]
    assert "MB" in causes["large.png"]


def test_a_path_that_cannot_be_looked_at_is_told(tmp_path: Path) -> None:
    for name in ("x" * 300, "x" * 300 + ".png", "x" * 5000):
        with pytest.raises(InputError, match="cannot be read"):
            open_source(tmp_path / name)
    several = ",".join(f"{n:0100d}" for n in range(9))
    assert open_source(f"{tmp_path}/{{{several}}}.tar").where


def test_names_are_listed_as_they_are_asked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    in_folder(tmp_path, {f"{n}/1.png": b"" for n in range(9)})
    looked: list[str] = []
    real = os.scandir
    monkeypatch.setattr(os, "scandir", lambda path: looked.append(str(path)) or real(path))
    next(open_source(tmp_path).pictures())
    assert len(looked) <= 4  # the folder, for its kind and its names, and the first one in it


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


def test_a_manifest_in_parquet_and_what_is_wrong_with_one(tmp_path: Path) -> None:
    in_folder(tmp_path, {"a.png": b"1"})
    columns = {
        "path": ["a.png", "gone.png", None, "a\0b.png"],
        "label": [3, None, 4, 5],
        "name": ["first", None, None, "nul"],
        "other": [0, 1, 2, 3],
    }
    pq.write_table(pa.table(columns), tmp_path / "list.parquet")
    source = open_source(tmp_path / "list.parquet")
    assert next(iter(source.pictures())) == Listed("first", "a.png", "3")
    assert list(refused(source, tmp_path)) == ["gone.png", "row 3", "nul"]
    for data, told in (
        (b"file,label\na.png,1\n", "'file', 'label'"),
        (b"", "none"),
        (b"path\n\xff\xfe\n", "line"),
        (b'path\n"a', "line"),
    ):
        (tmp_path / "list.csv").write_bytes(data)
        with pytest.raises(InputError, match=told):
            list(open_source(tmp_path / "list.csv").pictures())
    (tmp_path / "list.parquet").write_bytes(b"PAR1 and no more PAR1")
    with pytest.raises(InputError, match="broken"):
        list(open_source(tmp_path / "list.parquet").pictures())
    (tmp_path / "list.tsv").write_bytes("\ufeffpath\tlabel\na.png\tä\n".encode())
    assert list(open_source(tmp_path / "list.tsv").pictures()) == [Listed("a.png", "a.png", "ä")]


def test_what_is_not_there_or_needs_a_package_is_said_without_credentials(tmp_path: Path) -> None:
    signed = "s3://user:geheim@bucket/a.zip?X-Amz-Signature=geheim"
    told = []
    for where in ("gone", "gone.zip", "gone.csv", signed, "nowhere://user:geheim@host/folder"):
        with pytest.raises(InputError) as caught:
            list(open_source(str(tmp_path / where) if "://" not in where else where).pictures())
        told.append(str(caught.value))
    assert "pip install s3fs" in told[3]
    source = open_source(signed.replace("s3://", "memory://"))
    told += [repr(source), str(source.location), repr(source.location), source.where]
    told += [str(caught.value.__cause__), *refused(_manifest_of(signed, tmp_path), tmp_path)]
    assert not [one for one in told if "geheim" in one]


def _manifest_of(url: str, folder: Path) -> Source:
    (folder / "list.csv").write_text(f"path\n{url}\n")
    return open_source(folder / "list.csv")
