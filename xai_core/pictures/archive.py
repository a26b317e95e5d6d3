"""The pictures in a zip archive or a folder: their names and bytes, and what is left out and why.

A name in an archive is text for the eye and never a path: nothing is unpacked onto the disk.
"""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from xai_core.base.errors import InputError
from xai_core.base.limits import MB
from xai_core.base.storage.zips import BROKEN, zip_names
from xai_core.pictures.readers.base import READERS

SUFFIXES = tuple(suffix for reader in READERS for suffix in reader.suffixes)
MAX_PICTURES = 1000
MAX_ENTRIES = 10_000
MAX_PICTURE_BYTES, MAX_BYTES = 50 * MB, 2000 * MB
MAX_NAME = 120


@dataclass(frozen=True)
class Found:
    """One file of an archive. data: None where it is left out, for the reason `cause`."""

    name: str
    data: bytes | None = None
    cause: str = ""


def pictures_in(path: Path) -> Iterator[Found]:
    """The files of a zip archive in its order, one after the other.

    Folders, and what file managers leave behind, are passed over in silence.

    Raises:
        InputError: this is no zip, or it holds too much.
    """
    names = zip_names(path)
    if names is None:
        raise InputError("This is not a readable zip archive.", "Pack the pictures again.")
    wanted = [name for name in names if looked_at(name)]
    pictures = sum(is_picture(name) for name in wanted)
    if len(names) > MAX_ENTRIES or pictures > MAX_PICTURES:
        raise InputError(
            f"The archive has {len(names):,} entries, {pictures:,} of them pictures; at most "
            f"{MAX_ENTRIES:,} and {MAX_PICTURES:,} are taken.",
            "Split it.",
        )
    try:
        with zipfile.ZipFile(path) as archive:
            yield from _read(archive)
    except BROKEN as cause:
        raise InputError(f"The archive is broken: {cause}.", "Pack the pictures again.") from cause


def picture_files(folder: Path) -> list[Path]:
    """The pictures in a folder and its folders, by name.

    Raises:
        InputError: they are too many, or lie too deep.
    """
    try:
        found = sorted(
            path
            for path in folder.rglob("*")
            if is_picture(path.name) and looked_at(path.name) and path.is_file()
        )
    except (OSError, RecursionError) as cause:
        raise InputError(
            f"The folders in {folder} cannot be read to their end.", "Move its pictures into one."
        ) from cause
    if len(found) > MAX_PICTURES:
        raise InputError(
            f"{folder} has {len(found):,} pictures; at most {MAX_PICTURES:,} are taken."
        )
    return found


def is_picture(name: str) -> bool:
    """Whether a name is that of a picture."""
    return name.lower().endswith(SUFFIXES)


def shown(name: str) -> str:
    """A name from a stranger, as it can be shown: no control characters, and not without end."""
    plain = "".join(sign if sign.isprintable() else "�" for sign in name)
    return plain if len(plain) <= MAX_NAME else f"…{plain[1 - MAX_NAME :]}"


def looked_at(name: str) -> bool:
    """Whether it is worth a word: no folder, and nothing that a file manager left behind."""
    parts = PurePosixPath(name.replace("\\", "/")).parts
    hidden = any(part.startswith((".", "__MACOSX")) and part.strip(".") for part in parts)
    return not (name.endswith("/") or hidden or parts[-1:] in (("Thumbs.db",), ("desktop.ini",)))


def _read(archive: zipfile.ZipFile) -> Iterator[Found]:
    room = MAX_BYTES
    for info in archive.infolist():
        if not looked_at(info.filename):
            continue
        found = _one(archive, info)
        room -= len(found.data or b"")
        if room < 0:
            raise InputError(
                f"The archive holds more than {MAX_BYTES // MB:,} MB of pictures.", "Split it."
            )
        yield found


def _one(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> Found:
    name = shown(info.filename)
    if not is_picture(info.filename):
        return Found(name, cause=f"Not a picture by its name; {', '.join(SUFFIXES)} are read.")
    if info.flag_bits & 1:
        return Found(name, cause="It is encrypted.")
    try:
        with archive.open(info) as entry:
            data = entry.read(MAX_PICTURE_BYTES + 1)  # the declared size may be a lie
    except (*BROKEN, NotImplementedError) as cause:
        return Found(name, cause=f"It cannot be unpacked: {cause}.")
    if len(data) > MAX_PICTURE_BYTES:
        return Found(name, cause=f"It has more than {MAX_PICTURE_BYTES // MB} MB.")
    return Found(name, data)
