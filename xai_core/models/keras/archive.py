"""What a `.keras` archive looks like; anything else is refused before it is read."""

from __future__ import annotations

import json
import shutil
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from xai_core.base.errors import ModelError
from xai_core.base.storage.zips import BROKEN

CONFIG, METADATA, WEIGHTS = "config.json", "metadata.json", "model.weights.h5"
MAX_ENTRIES = 10_000
MAX_TEXT = 64 * 2**20
SMALL = 16 * 2**20
MAX_RATIO = 100  # Keras stores; an archive that was packed again comes nowhere near this


@dataclass(frozen=True)
class KerasArchive:
    """A checked archive: the model's configuration, the version that wrote it, and its metadata."""

    config: dict[str, Any]
    version: str
    metadata: Mapping[str, Any]


def read_archive(path: Path) -> KerasArchive:
    """Check the archive and read its two texts.

    Raises:
        ModelError: `corrupt-file` for a broken one, `unsafe-code` for a rule that is broken.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            _check(archive)
            config = json.loads(archive.read(CONFIG))
            metadata = json.loads(archive.read(METADATA))
    except (*BROKEN, RecursionError) as cause:
        raise broken(str(cause)) from cause
    if not isinstance(config, dict) or not isinstance(metadata, dict):
        raise broken("its configuration is not an object")
    return KerasArchive(config, str(metadata.get("keras_version", "unknown")), metadata)


def write_archive(source: Path, config: dict[str, Any], target: Path) -> None:
    """The archive at `source` with another configuration, and nothing that a model of pictures
    does not need.

    Raises:
        ModelError: `corrupt-file`, the weights are damaged.
    """
    try:
        with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w") as new:
            new.writestr(METADATA, old.read(METADATA))
            new.writestr(CONFIG, json.dumps(config))
            with old.open(WEIGHTS) as weights, new.open(WEIGHTS, "w", force_zip64=True) as copy:
                shutil.copyfileobj(weights, copy, 2**20)
    except BROKEN as cause:
        raise broken(str(cause)) from cause


def broken(why: str) -> ModelError:
    """The error for an archive that cannot be read."""
    return ModelError(
        f"A Keras archive was expected, but it is broken: {why}",
        "Copy or download the file again, or save the model again.",
        code="corrupt-file",
    )


def _check(archive: zipfile.ZipFile) -> None:
    entries = archive.infolist()
    if len(entries) > MAX_ENTRIES:
        raise _refusal(f"it has {len(entries)} entries")
    names = [entry.filename for entry in entries]
    if len(set(names)) != len(names):
        raise _refusal("it holds two entries of one name")
    for entry in entries:
        _check_entry(entry)


def _check_entry(entry: zipfile.ZipInfo) -> None:
    name = entry.filename
    if entry.flag_bits & 0x1:
        raise _refusal(f"{name!r} is encrypted")
    if name.startswith("/") or "\\" in name or ".." in name.split("/"):
        raise _refusal(f"{name!r} leads out of the archive")
    if name in (CONFIG, METADATA) and entry.file_size > MAX_TEXT:
        raise _refusal(f"{name!r} is oversized")
    if entry.file_size > max(SMALL, MAX_RATIO * entry.compress_size):
        raise _refusal(f"{name!r} unpacks to {entry.file_size / 2**20:.0f} MB")


def _refusal(what: str) -> ModelError:
    return ModelError(
        f"The archive was not written by Keras: {what}.",
        "Save the model again with model.save('model.keras').",
        code="unsafe-code",
    )
