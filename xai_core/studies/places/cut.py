"""A picture's bytes as a file of this machine: copied, never more than a picture may have."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

from xai_core.base.errors import InputError
from xai_core.base.limits import MB
from xai_core.base.storage.files import writing
from xai_core.pictures.archive import MAX_PICTURE_BYTES, SUFFIXES
from xai_core.studies.places.location import Location

PIECE = 2**20


def fetched(location: Location, folder: Path) -> Path:
    """The file itself where it is of this machine, otherwise a copy in `folder`.

    Raises:
        InputError: it is not there, is no file, is too large, or cannot be read.
    """
    path = location.path
    if path is not None:
        with suppress(OSError, ValueError):  # a name may be too long, or no name
            if path.is_file():
                if path.stat().st_size > MAX_PICTURE_BYTES:
                    raise too_large()
                return path
        raise InputError(f"There is no file {location.shown}.", "Check the path.")
    with location.open() as file:
        return saved(pieces(file), location.shown, folder)


def saved(data: Iterable[bytes], name: str, folder: Path) -> Path:
    """A file of these bytes in `folder`, called by digits and the ending of a picture.

    Raises:
        InputError: they are more than `MAX_PICTURE_BYTES`. XaiError: the disk is full.
    """
    digits = hashlib.sha256(name.encode(errors="surrogateescape")).hexdigest()[:32]
    ending = max((one for one in SUFFIXES if name.lower().endswith(one)), key=len, default="")
    target, left = folder / f"{digits}{ending}", MAX_PICTURE_BYTES
    try:
        with writing():
            file = target.open("wb")
        with file:
            for piece in data:
                left -= len(piece)
                if left < 0:
                    raise too_large()
                with writing():
                    file.write(piece)
    except BaseException:
        target.unlink(missing_ok=True)
        raise
    return target


def pieces(file: BinaryIO, size: int | None = None) -> Iterator[bytes]:
    """The next bytes of an open file, `size` at most, a piece at a time."""
    left = size
    while left is None or left > 0:
        piece = file.read(PIECE if left is None else min(PIECE, left))
        if not piece:
            return
        if left is not None:
            left -= len(piece)
        yield piece


def too_large() -> InputError:
    """Of a picture's file."""
    return InputError(
        f"It has more than {MAX_PICTURE_BYTES // MB} MB.", "Scale the picture down first."
    )
