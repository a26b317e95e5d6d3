"""Uploads on disk: named by their hash, whole or not at all."""

from __future__ import annotations

import errno
import hashlib
import os
from pathlib import Path

import pytest

from xai_core.base.errors import InputError, XaiError
from xai_core.base.storage import files
from xai_core.base.storage.files import MAX_MODULES, keep, keep_code


@pytest.fixture(autouse=True)
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("PEDESTAL_DATA", str(tmp_path))
    return tmp_path


def test_a_file_is_named_by_its_hash_and_written_once(data: Path) -> None:
    path = keep(b"bytes", "models")
    assert path == data / "models" / hashlib.sha256(b"bytes").hexdigest()
    os.utime(path, (0, 0))
    before = path.stat().st_ino
    assert keep(b"bytes", "models") == path
    assert path.stat().st_ino == before
    assert path.stat().st_mtime > 0  # asked for again, so no longer old


@pytest.mark.parametrize(
    "name",
    [
        "../../etc/cron.py",
        "/etc/passwd",
        "a\0b.py",
        "x" * 5000 + ".py",
        "C:\\evil.py",
        "",
        "..",
        "über.py",
        "a b.py",
    ],
)
def test_a_name_of_the_users_never_leads_anywhere(data: Path, name: str) -> None:
    (path,) = keep_code({name: b"x = 1\n"})
    assert path.parent.parent == data / "code"
    assert path.read_bytes() == b"x = 1\n"
    assert path.name in ("cron.py", "passwd.py", "module.py")


def test_code_keeps_its_module_names(data: Path) -> None:
    paths = keep_code({"net.py": b"a = 1\n", "layers.py": b"b = 2\n"})
    assert [path.name for path in paths] == ["net.py", "layers.py"]
    assert len({path.parent for path in paths}) == 1
    assert keep_code({"layers.py": b"b = 2\n", "net.py": b"a = 1\n"})[1] == paths[0]


def test_two_sets_of_code_never_share_a_folder() -> None:
    joined = keep_code({"a.py": b"1\nb.py 2 22"})
    apart = keep_code({"a.py": b"1\n", "b.py": b"22"})
    assert joined[0].parent != apart[0].parent


def test_too_much_code_and_two_of_one_name_are_refused() -> None:
    with pytest.raises(InputError, match="At most"):
        keep_code({f"m{number}.py": b"" for number in range(MAX_MODULES + 1)})
    with pytest.raises(InputError, match="At most"):
        keep_code({"m.py": b"#" * (files.MAX_MODULE_BYTES + 1)})
    with pytest.raises(InputError, match="called net"):
        keep_code({"net.py": b"", "sub/net.py": b""})


@pytest.mark.parametrize(
    ("number", "told"), [(errno.ENOSPC, "disk is full"), (errno.EROFS, "cannot keep")]
)
def test_a_disk_that_takes_nothing_is_told_and_leaves_nothing(
    data: Path, monkeypatch: pytest.MonkeyPatch, number: int, told: str
) -> None:
    def refuse(source: str, target: Path) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(files.os, "replace", refuse)
    with pytest.raises(XaiError, match=told):
        keep(b"bytes", "models")
    assert list((data / "models").iterdir()) == []
