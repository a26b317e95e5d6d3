"""The folders and links that a view has, as far as they can be made without a mount."""

from __future__ import annotations

import os
import platform
from pathlib import Path

import pytest

from xai_core.cage.view import _laid_out, own_view


def test_a_path_through_links_is_laid_out_with_them(tmp_path: Path) -> None:
    world, root = tmp_path / "world", tmp_path / "root"
    (world / "usr" / "lib").mkdir(parents=True)
    (world / "usr" / "lib" / "file").write_text("x")
    (world / "lib").symlink_to("usr/lib")
    (world / "far").symlink_to(world / "lib")
    (world / "usr" / "up").symlink_to("../far/file")
    path = _laid_out(str(root), str(world / "usr" / "up"))
    assert path == str(world / "usr" / "lib" / "file")
    here = Path(f"{root}{world}")
    assert os.readlink(here / "usr" / "up") == "../far/file"
    assert os.readlink(here / "far") == str(world / "lib")
    assert os.readlink(here / "lib") == "usr/lib"
    assert (here / "usr" / "lib").is_dir()
    assert not (here / "usr" / "lib" / "file").exists()


def test_links_in_a_circle_end(tmp_path: Path) -> None:
    (tmp_path / "one").symlink_to("two")
    (tmp_path / "two").symlink_to("one")
    with pytest.raises(OSError, match="too many links"):
        _laid_out(str(tmp_path / "root"), str(tmp_path / "one" / "x"))


def test_on_a_machine_that_is_not_known_nothing_happens(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(platform, "machine", lambda: "unheard of")
    assert not own_view(str(tmp_path), ["/usr"])
    assert not list(tmp_path.iterdir())
