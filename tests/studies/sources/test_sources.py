"""Where pictures come from: every kind, here and by URL, and what is not there."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import fsspec
import pytest

from tests.studies.sources.trees import (
    TREE,
    everything,
    in_folder,
    in_manifest,
    refused,
    tarred,
    zipped,
)
from xai_core.base.errors import InputError
from xai_core.studies.sources import Source, open_source
from xai_core.studies.sources.base import SOURCES

KINDS: dict[str, Callable[[Path], Path]] = {
    "folder": lambda there: in_folder(there / "pictures", TREE),
    "zip": lambda there: zipped(there / "pictures.ZIP", TREE),
    "tar": lambda there: tarred(there / "pictures.tar", TREE),
    "manifest": lambda there: in_manifest(there / "pictures.csv", TREE),
    "picture": lambda there: in_folder(there, {"b.png": b"B"}) / "b.png",
}


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
