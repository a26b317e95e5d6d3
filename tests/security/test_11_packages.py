"""Hostile archives around a model: nothing leaves the folder, and nothing is unpacked for long."""

from __future__ import annotations

import gzip
import io
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from xai_core.base.errors import ModelError
from xai_core.models.loading import inspect_file
from xai_core.models.unpacking import archives, refusal
from xai_core.worker import Worker

Write = Callable[[Path], None]
ZEROS = bytes(2**20)


def _zip(*entries: tuple[str, bytes], mode: int = 0) -> Write:
    def write(path: Path) -> None:
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, data in entries:
                info = zipfile.ZipInfo(name)
                info.external_attr, info.compress_type = mode << 16, zipfile.ZIP_DEFLATED
                archive.writestr(info, data)

    return write


def _tar(name: str, kind: bytes = tarfile.REGTYPE, link: str = "", again: int = 1) -> Write:
    def write(path: Path) -> None:
        with tarfile.open(path, "w:gz") as archive:
            for _ in range(again):
                entry = tarfile.TarInfo(name)
                entry.type, entry.linkname = kind, link
                archive.addfile(entry, io.BytesIO(b""))

    return write


def _gzip_bomb(path: Path) -> None:
    with gzip.open(path, "wb") as packed:
        for _ in range(refusal.ALWAYS_BYTES // len(ZEROS) + 1):
            packed.write(ZEROS)


def _long_name(path: Path) -> None:
    """A header that says its name has a terabyte; all of that would be read at once."""
    entry = tarfile.TarInfo("././@LongLink")
    entry.type, entry.size = tarfile.GNUTYPE_LONGNAME, 2**40
    with gzip.open(path, "wb") as packed:
        packed.write(entry.tobuf(tarfile.GNU_FORMAT))
        for _ in range(refusal.ALWAYS_BYTES // len(ZEROS) + 1):
            packed.write(ZEROS)


def _hole(path: Path) -> None:
    """A sparse file of a terabyte."""
    entry = tarfile.TarInfo("model.pth")
    entry.pax_headers = {
        "GNU.sparse.major": "1",
        "GNU.sparse.minor": "0",
        "GNU.sparse.realsize": str(2**40),
        "GNU.sparse.name": "model.pth",
    }
    entry.size = 512
    with tarfile.open(path, "w", format=tarfile.PAX_FORMAT) as archive:
        archive.addfile(entry, io.BytesIO(b"1\n0\n512\n".ljust(512, b"\0")))


def _lying_size(path: Path) -> None:
    _zip(("model.pth", ZEROS * 4))(path)
    data = path.read_bytes()
    wrong = (len(ZEROS) * 4).to_bytes(4, "little"), (100).to_bytes(4, "little")
    path.write_bytes(data.replace(*wrong))


def _cut(path: Path) -> None:
    _tar("model.pth")(path)
    path.write_bytes(path.read_bytes()[:-20])


HOSTILE: dict[str, tuple[Write, str]] = {
    "a bomb": (_zip(*((f"{n}", ZEROS) for n in range(65))), "unpacks to too much"),
    "a bomb in gzip": (_gzip_bomb, "unpacks to too much"),
    "a name of a terabyte": (_long_name, "unpacks to too much"),
    "a hole of a terabyte": (_hole, "neither a file nor a folder"),
    "a size that lies": (_lying_size, "breaks off or is damaged"),
    "it breaks off": (_cut, "breaks off or is damaged"),
    "up": (_zip(("../../canary", b"x")), "leads out"),
    "up, in a tar": (_tar("a/../../canary"), "leads out"),
    "from the root": (_tar("/tmp/canary"), "leads out"),  # noqa: S108
    "with a drive": (_zip(("C:\\canary", b"x")), "leads out"),
    "a link": (_tar("a", tarfile.SYMTYPE, "/etc/passwd"), "is a link"),
    "a hard link": (_tar("a", tarfile.LNKTYPE, "/etc/passwd"), "is a link"),
    "a link in a zip": (_zip(("a", b"/etc/passwd"), mode=0o120777), "is a link"),
    "a device": (_tar("a", tarfile.CHRTYPE), "neither a file nor a folder"),
    "entries without end": (_zip(*((f"{n}", b"") for n in range(5001))), "more than 5,000"),
    "two of one name": (_tar("a", again=2), "two entries of one name"),
    "a file that is a folder": (_zip(("a", b"x"), ("a/b", b"x")), "have one name"),
    "a deep one": (_tar("a/" * 40 + "b"), "too deep"),
    "a long name": (_tar("a" * 250), "name is too long"),
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_hostile_archives_are_refused(kind: str, tmp_path: Path) -> None:
    write, told = HOSTILE[kind]
    path, folder = tmp_path / "in" / "archive", tmp_path / "in" / "out"
    folder.mkdir(parents=True)
    write(path)
    found = archives.kind_of(path)
    assert found is not None
    with pytest.raises(ModelError, match=told) as error:
        archives.unpack(path, found, folder)
    assert error.value.code in ("unsafe-code", "corrupt-file")
    held = sum(one.stat().st_size for one in folder.rglob("*") if one.is_file())
    assert held <= refusal.ALWAYS_BYTES
    assert [one.name for one in tmp_path.iterdir()] == ["in"]
    assert sorted(one.name for one in path.parent.iterdir()) == ["archive", "out"]


def test_aliases_that_grow_without_end_are_not_followed(tmp_path: Path) -> None:
    rows = ["a0: &a0 [x, x]", *(f"a{n}: &a{n} [*a{n - 1}, *a{n - 1}]" for n in range(1, 60))]
    text = "\n".join([*rows, "flavors: {pytorch: {model_data: *a59}}"])
    (tmp_path / "MLmodel").write_text(text)
    with pytest.raises(ModelError, match="flavour pytorch is here"):
        inspect_file(tmp_path)


def test_the_worker_outlives_it_and_nothing_of_its_code_runs(tmp_path: Path) -> None:
    path = tmp_path / "model.tar.gz"
    with tarfile.open(path, "w:gz") as archive:
        for name in ("code/inference.py", "handler.py", "model.py"):
            entry = tarfile.TarInfo(name)
            data = b"raise SystemExit\n"
            entry.size = len(data)
            archive.addfile(entry, io.BytesIO(data))
    with Worker() as worker:
        pid = worker.pid
        with pytest.raises(ModelError, match="gzip archive without a model"):
            worker.inspect(path)
        _gzip_bomb(path)
        with pytest.raises(ModelError, match="too much"):
            worker.load(path)
        assert worker.pid == pid
