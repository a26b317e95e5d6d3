"""Files on their way into a worker's cage."""

from __future__ import annotations

import errno
import os
from pathlib import Path
from typing import NoReturn

import numpy as np
import pytest

from xai_core.base.errors import ModelError
from xai_core.worker import Worker
from xai_core.worker.process.lending import LentFiles


@pytest.fixture
def slot(tmp_path: Path) -> LentFiles:
    return LentFiles(tmp_path / "lent")


def test_a_file_keeps_its_name_and_costs_no_disk(slot: LentFiles, tmp_path: Path) -> None:
    (tmp_path / "model.pt").write_bytes(b"weights")
    (lent,) = slot.lend((tmp_path / "model.pt",))
    assert lent.name == "model.pt"
    assert lent.samefile(tmp_path / "model.pt")


def test_two_files_of_one_name_do_not_meet(slot: LentFiles, tmp_path: Path) -> None:
    paths = (tmp_path / "a" / "net.py", tmp_path / "b" / "net.py")
    for path in paths:
        path.parent.mkdir()
        path.write_text(str(path))
    assert [one.read_text() for one in slot.lend(paths)] == [str(path) for path in paths]


def test_what_was_lent_before_is_gone(slot: LentFiles, tmp_path: Path) -> None:
    (tmp_path / "one").write_text("1")
    (first,) = slot.lend((tmp_path / "one",))
    (second,) = slot.lend((tmp_path / "one",))
    assert not first.exists()
    slot.clear()
    assert not second.exists()
    assert (tmp_path / "one").read_text() == "1"


def test_another_disk_gets_a_copy(
    slot: LentFiles, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> NoReturn:
        raise OSError(errno.EXDEV, "another disk")

    monkeypatch.setattr(os, "link", refuse)
    (tmp_path / "m").write_bytes(b"weights")
    (lent,) = slot.lend((tmp_path / "m",))
    assert lent.read_bytes() == b"weights"
    assert not lent.samefile(tmp_path / "m")


@pytest.mark.skipif(os.geteuid() != 0, reason="root alone reads what its process does not")
@pytest.mark.parametrize(("owner", "mode"), [(65534, 0o600), (0, 0o000), (65534, 0o660)])
def test_what_the_process_may_not_read_gets_a_copy(
    slot: LentFiles, tmp_path: Path, owner: int, mode: int
) -> None:
    """Its process has no right of root, which reads any file."""
    (tmp_path / "m").write_bytes(b"weights")
    (tmp_path / "m").chmod(mode)
    os.chown(tmp_path / "m", owner, owner)
    (lent,) = slot.lend((tmp_path / "m",))
    assert lent.read_bytes() == b"weights"
    assert not lent.samefile(tmp_path / "m")
    assert lent.stat().st_uid == 0
    assert lent.stat().st_mode & 0o400


def test_a_link_is_followed_where_the_user_names_it(slot: LentFiles, tmp_path: Path) -> None:
    (tmp_path / "m").write_text("weights")
    (tmp_path / "latest").symlink_to("m")
    (lent,) = slot.lend((tmp_path / "latest",))
    assert lent.read_text() == "weights"
    assert not lent.is_symlink()


def test_of_a_folder_only_its_own_files(slot: LentFiles, tmp_path: Path) -> None:
    folder = tmp_path / "saved"
    (folder / "variables").mkdir(parents=True)
    (folder / "saved_model.pb").write_text("graph")
    (folder / "variables" / "v.index").write_text("index")
    (tmp_path / "secret").write_text("secret")
    (folder / "variables" / "stolen").symlink_to(tmp_path / "secret")
    (lent,) = slot.lend((folder,))
    found = sorted(path.relative_to(lent).as_posix() for path in lent.rglob("*") if path.is_file())
    assert found == ["saved_model.pb", "variables/v.index"]


def test_a_graph_takes_its_weights_along_and_not_its_neighbours(
    slot: LentFiles, tmp_path: Path
) -> None:
    (tmp_path / "variables").mkdir()
    for name in ("saved_model.pb", "variables/v.index", "other.pt"):
        (tmp_path / name).write_text(name)
    (lent,) = slot.lend((tmp_path / "saved_model.pb",))
    assert (lent.parent / "variables" / "v.index").exists()
    assert not (lent.parent / "other.pt").exists()


def test_a_folder_of_too_many_files(
    slot: LentFiles, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("xai_core.worker.process.lending.MAX_FILES", 3)
    (tmp_path / "many").mkdir()
    for number in range(4):
        (tmp_path / "many" / str(number)).touch()
    with pytest.raises(ModelError, match="more than 3 files"):
        slot.lend((tmp_path / "many",))


def test_what_is_not_there_or_no_file(slot: LentFiles, tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="There is no file"):
        slot.lend((tmp_path / "nothing",))
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(ModelError, match="cannot be handed"):
        slot.lend((tmp_path / "pipe",))


def test_only_the_open_model_stays_lent(shared: Worker, tiny: Path, inputs: np.ndarray) -> None:
    assert shared.predict(inputs).shape == (1, 4)  # it is open, also after a death before
    shared.inspect(tiny)
    lent = shared._connection.process.home.parent / "lent"
    files = [path for path in lent.rglob("*") if path.is_file()]
    assert [path.name for path in files] == ["tiny.pt"]
    with pytest.raises(ModelError, match="There is no file"):
        shared.inspect(tiny.with_name("absent.pt"))
    assert shared.predict(inputs).shape == (1, 4)


@pytest.mark.parametrize(
    ("given", "called"),
    [
        ("my net.pt", "my net.pt"),
        ("../../etc/passwd", "passwd"),
        ("C:\\models\\net.onnx", "net.onnx"),
        ("a\x00b\n.pt", "ab.pt"),
        ("..", "f00d"),
        ("", "f00d"),
        ("é" * 300 + ".pt", "é" * 98 + ".pt"),
    ],
)
def test_an_upload_gets_the_name_that_its_user_gave_it(
    slot: LentFiles, tmp_path: Path, given: str, called: str
) -> None:
    (tmp_path / "f00d").write_bytes(b"model")
    (tmp_path / "code.py").write_text("pass")
    place, code = slot.lend((tmp_path / "f00d", tmp_path / "code.py"), given)
    assert (place.name, code.name) == (called, "code.py")
    assert place.read_bytes() == b"model"
