"""Texts that an archive of torch carries beside its model (`_extra_files`, `extra_files`)."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path, PurePosixPath

from xai_core.base.storage.zips import BROKEN, zip_names

FOLDER = "extra"
MAX_FILES, MAX_BYTES = 64, 4_000_000


def extra_files(path: Path) -> dict[str, object]:
    """Texts by name without suffix; one that is a JSON object also gives its entries.

    Never raises; what is too long or no text is passed over.
    """
    names = [name for name in zip_names(path) or () if FOLDER in PurePosixPath(name).parts[:2]]
    found: dict[str, object] = {}
    try:
        with zipfile.ZipFile(path) as archive:
            for name in names[:MAX_FILES]:
                with archive.open(name) as entry:
                    data = entry.read(MAX_BYTES + 1)  # the size that is declared may be a lie
                if len(data) <= MAX_BYTES:
                    found |= _understood(PurePosixPath(name).stem, data)
    except BROKEN:
        return found
    return found


def _understood(stem: str, data: bytes) -> dict[str, object]:
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        return {}
    try:
        inner = json.loads(text)
    except (ValueError, RecursionError):
        inner = None
    return {stem: text, **(inner if isinstance(inner, dict) else {})}
