"""Pictures in a folder: in which order, and which links and paths are refused."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.studies.sources.trees import (
    in_folder,
    refused,
)
from xai_core.base.errors import InputError
from xai_core.pictures.archive import picture_files
from xai_core.studies.places import cut
from xai_core.studies.sources import open_source


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
    looked = [path for path in looked if path.startswith(str(tmp_path))]
    assert len(looked) <= 4  # the folder, for its kind and its names, and the first one in it
