"""A server reads pictures only below the folders that its operator has named."""

from __future__ import annotations

import io
import os
import tarfile
import zipfile
from pathlib import Path

import pytest

from xai_core.base.errors import InputError
from xai_core.studies.asked.folders import VARIABLE, AllowedFolders

MISSING, OUTSIDE = "There is nothing at", "outside of the folders"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    found = tmp_path / "allowed"
    (found / "deep").mkdir(parents=True)
    (tmp_path / "secret").mkdir()
    (tmp_path / "secret" / "key.png").write_bytes(b"secret")
    for name in ("a.png", "a.mask.png", "deep/b.png"):
        (found / name).write_bytes(name.encode())
    return found


def allowed(*roots: Path) -> AllowedFolders:
    return AllowedFolders.from_environment({VARIABLE: os.pathsep.join(map(str, roots))})


def read(where: Path | str, root: Path, folder: Path) -> dict[str, bytes | str]:
    """What each picture at a path holds, or why it is refused."""
    found: dict[str, bytes | str] = {}
    limits = allowed(root)
    source = limits.open(str(where))
    for one in source.pictures():
        try:
            found[one.name] = limits.local(source, one, folder).read_bytes()
        except InputError as error:
            found[one.name] = str(error)
    return found


def test_what_lies_below_is_read_with_its_masks(root: Path, tmp_path: Path) -> None:
    assert read(root, root, tmp_path) == {"a.png": b"a.png", "deep/b.png": b"deep/b.png"}
    limits = allowed(root)
    source = limits.open(f" {root / 'deep' / '..'} ")
    first = next(iter(source.pictures()))
    mask = limits.mask(source, first, tmp_path)
    assert mask is not None
    assert mask.read_bytes() == b"a.mask.png"
    with zipfile.ZipFile(root / "set.zip", "w") as packed:
        packed.writestr("z.png", b"Z")
    assert read(root / "set.zip", root, tmp_path) == {"z.png": b"Z"}


def test_nothing_leads_out(root: Path, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    (root / "link").symlink_to(secret)
    (root / "deep" / "link.png").symlink_to(secret / "key.png")
    long = root / ("x" * 300)
    for where in (secret, root / ".." / "secret", root / "link", root / "gone", "", "deep", long):
        with pytest.raises(InputError, match=MISSING):
            allowed(root).open(str(where))
    for where in ("file:///etc", "s3://bucket/x.zip", f"{root}/set-{{0..1}}.tar"):
        with pytest.raises(InputError, match=MISSING):
            allowed(root).open(where)
    found = read(root, root, tmp_path)
    assert "link/key.png" not in found, "a link to a folder is not followed"
    assert OUTSIDE in str(found["deep/link.png"])


def test_a_manifest_and_archives_lead_nowhere_else(root: Path, tmp_path: Path) -> None:
    key = tmp_path / "secret" / "key.png"
    manifest = root / "list.csv"
    rows = ["path,mask", f"a.png,{key}", f"{key},", "../secret/key.png,", "http://127.0.0.1/x.png,"]
    manifest.write_text("\n".join(rows))
    told = [str(one) for one in read(manifest, root, tmp_path).values()]
    assert told[0] == str(b"a.png")
    assert all(OUTSIDE in one for one in told[1:])
    limits = allowed(root)
    source = limits.open(str(manifest))
    with pytest.raises(InputError, match=OUTSIDE):
        limits.mask(source, next(iter(source.pictures())), tmp_path)
    with tarfile.open(tmp_path / "secret" / "set.tar", "w") as archive:
        archive.addfile(tarfile.TarInfo("x.png"), io.BytesIO())
    (root / "tars").mkdir()
    (root / "tars" / "set.tar").symlink_to(tmp_path / "secret" / "set.tar")
    with pytest.raises(InputError, match=OUTSIDE):
        limits.open(str(root / "tars"))


def test_without_folders_nothing_is_read_and_a_wrong_one_is_said(root: Path) -> None:
    assert AllowedFolders.from_environment({}).roots == ()
    with pytest.raises(InputError, match=MISSING):
        AllowedFolders().open(str(root))
    for wrong in ("deep", str(root / "a.png")):
        with pytest.raises(InputError, match=VARIABLE):
            AllowedFolders.from_environment({VARIABLE: wrong})
