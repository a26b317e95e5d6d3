"""Deleting folders where the system has no descriptors of folders, and what is no folder."""

from __future__ import annotations

from pathlib import Path

import pytest

from xai_core.base.storage import tree
from xai_core.base.storage.lock import Lock
from xai_core.base.storage.tree import remove_tree


@pytest.mark.parametrize("by_descriptor", [True, False])
def test_a_folder_and_a_file(
    by_descriptor: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tree, "BY_DESCRIPTOR", by_descriptor)
    (tmp_path / "a" / "b").mkdir(parents=True)
    (tmp_path / "a" / "b" / "file").write_text("x")
    assert remove_tree(tmp_path / "a")
    assert remove_tree(tmp_path / "nothing")
    assert not list(tmp_path.iterdir())
    (tmp_path / "file").write_text("x")
    assert remove_tree(tmp_path / "file")
    assert not (tmp_path / "file").exists()


def test_a_name_that_is_none(tmp_path: Path) -> None:
    assert not remove_tree("a\0b")
    assert remove_tree(str(tmp_path / "x" / "y"))


def test_a_lock_is_one_holders_until_it_is_released(tmp_path: Path) -> None:
    one, two = Lock(tmp_path), Lock(tmp_path)
    assert one.take()
    assert one.take()
    assert not two.take()
    one.release()
    one.release()
    assert two.take()
    two.release()
    assert not Lock(tmp_path / "nothing").take()
