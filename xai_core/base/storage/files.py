"""Uploaded bytes on disk, named by their SHA-256: a user's file name is never a path."""

from __future__ import annotations

import errno
import hashlib
import os
import re
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

from xai_core.base.errors import InputError, XaiError
from xai_core.base.storage.drafts import DRAFT
from xai_core.base.storage.lock import Lock

MODULE = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,99}")
MAX_MODULES, MAX_MODULE_BYTES = 100, 10 * 2**20
FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


def data_folder() -> Path:
    """Where Pedestal keeps files: `PEDESTAL_DATA`, else `~/.local/share/pedestal`."""
    configured = os.environ.get("PEDESTAL_DATA")
    return Path(configured) if configured else Path.home() / ".local" / "share" / "pedestal"


def keep(data: bytes, area: str) -> Path:
    """The path of a file with these bytes; written at the first call, whole or not at all.

    Raises:
        XaiError: the disk is full or cannot be written.
    """
    path = data_folder() / area / hashlib.sha256(data).hexdigest()
    if os.path.exists(path):
        with suppress(OSError):  # on a disk that is read only nothing is deleted either
            os.utime(path)  # the age of a file is how long nobody has asked for it
    else:
        write_whole(path, data)
    return path


def keep_code(files: Mapping[str, bytes]) -> tuple[Path, ...]:
    """Python files that a model needs, under their own names in a folder of their hash.

    Only the last part of a name is used, and only where it is a plain module name.

    Raises:
        InputError: too many, too large, or two of one name.
        XaiError: the disk is full or cannot be written.
    """
    modules = modules_of(files)
    total = hashlib.sha256()
    for name, data in sorted(modules.items()):
        total.update(f"{name} {len(data)} ".encode() + data)
    folder = data_folder() / "code" / total.hexdigest()
    for name, data in modules.items():
        if not os.path.exists(folder / name):
            write_whole(folder / name, data)
    return tuple(folder / name for name in modules)


def modules_of(files: Mapping[str, bytes]) -> dict[str, bytes]:
    """Python files by the names that they get on disk. Raises `InputError` as `keep_code` does."""
    if len(files) > MAX_MODULES or sum(map(len, files.values())) > MAX_MODULE_BYTES:
        raise InputError(
            f"At most {MAX_MODULES} Python files of {MAX_MODULE_BYTES // 2**20} MB in all are "
            f"taken, not {len(files)} of {sum(map(len, files.values())) / 2**20:.1f} MB.",
            "Give only those that define the model's classes.",
        )
    modules: dict[str, bytes] = {}
    for given, data in files.items():
        stem = Path(given).stem
        name = f"{stem}.py" if MODULE.fullmatch(stem) else "module.py"
        if name in modules:
            raise InputError(f"Two Python files would be called {name}.", "Rename one of them.")
        modules[name] = data
    return modules


def write_whole(path: Path, data: bytes) -> None:
    """Write a file; a kill at any moment leaves the whole of it or nothing. Raises `XaiError`."""
    with writing():
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, draft = tempfile.mkstemp(prefix=DRAFT, dir=path.parent)
        lock = Lock(draft)
        try:
            lock.take()
            with os.fdopen(handle, "wb") as file:
                file.write(data)
            os.replace(draft, path)
        except BaseException:
            with suppress(OSError):
                os.unlink(draft)
            raise
        finally:
            lock.release()


@contextmanager
def writing() -> Iterator[None]:
    """What the system says while something is written, as an `XaiError`."""
    try:
        yield
    except OSError as cause:
        raise unwritable(cause) from cause


def unwritable(cause: OSError) -> XaiError:
    """What a user is told when a file cannot be written."""
    if cause.errno in FULL:
        return XaiError("The server's disk is full.", "Try again later, or ask its operator.")
    return XaiError(
        f"The server cannot keep the file: {cause.strerror or cause}.",
        "Ask its operator to look at it.",
    )
