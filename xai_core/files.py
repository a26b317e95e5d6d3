"""Uploaded bytes on disk, named by their SHA-256: a user's file name is never a path."""

from __future__ import annotations

import hashlib
import os
import tempfile
from pathlib import Path


def data_folder() -> Path:
    """Where Pedestal keeps files: `PEDESTAL_DATA`, else `~/.local/share/pedestal`."""
    configured = os.environ.get("PEDESTAL_DATA")
    return Path(configured) if configured else Path.home() / ".local" / "share" / "pedestal"


def keep(data: bytes, area: str) -> Path:
    """The path of a file with these bytes; written at the first call, whole or not at all."""
    folder = data_folder() / area
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / hashlib.sha256(data).hexdigest()
    if not path.exists():
        with tempfile.NamedTemporaryFile(dir=folder, delete=False) as draft:
            draft.write(data)
        os.replace(draft.name, path)
    return path


def keep_code(files: dict[str, bytes]) -> tuple[Path, ...]:
    """Python files that a model needs, under their own names in a folder of their hash.

    Only the last part of a name is used, and only where it is a plain module name.
    """
    total = hashlib.sha256(b"".join(name.encode() + b"\0" + data for name, data in files.items()))
    folder = data_folder() / "code" / total.hexdigest()
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for name, data in files.items():
        stem = Path(name).stem
        path = folder / (f"{stem}.py" if stem.isidentifier() else "module.py")
        path.write_bytes(data)
        paths.append(path)
    return tuple(paths)
