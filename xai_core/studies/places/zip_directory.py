"""The entries of a zip archive one after the other, and the bytes of one; for millions of entries.

`zipfile` makes an object of every entry at once, which is half a gigabyte for a million.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from xai_core.base.errors import InputError
from xai_core.base.storage.unpacked import LINK
from xai_core.base.storage.zip_records import (
    DEFLATED,
    HERE,
    HERE_SIZE,
    LOCAL,
    LOCAL_SIZE,
    MOST,
    STORED,
    UTF_8,
    WIDE,
)
from xai_core.base.storage.zips import COMMENT, END, END_64, END_SIZE, LOCATOR, LOCATOR_SIZE
from xai_core.studies.places.cut import PIECE, pieces


@dataclass(frozen=True)
class Entry:
    """One entry, as the directory says. packed, size: bytes in the file, and unpacked."""

    name: str
    offset: int
    packed: int
    size: int
    method: int
    crc: int
    encrypted: bool = False
    link: bool = False

    @property
    def place(self) -> str:
        """All that `unpacked` needs, as text."""
        return f"{self.offset} {self.packed} {self.size} {self.method} {self.crc}"

    @staticmethod
    def at(place: str) -> Entry:
        """The entry at such a place."""
        offset, packed, size, method, crc = map(int, place.split())
        return Entry("", offset, packed, size, method, crc)


def entries(file: BinaryIO) -> Iterator[Entry]:
    """All entries in the order of the directory. Raises `InputError` where it is broken."""
    try:
        start, size, before = _directory(file)
        at, end = start, start + size
        while at < end:
            file.seek(at)
            block = file.read(min(PIECE, end - at))
            used = 0
            while (found := _entry(block, used, before)) is not None:
                entry, used = found
                yield entry
            if not used:
                raise _broken()
            at += used
    except (struct.error, ValueError, IndexError) as cause:
        raise _broken() from cause


def unpacked(file: BinaryIO, entry: Entry) -> Iterator[bytes]:
    """The bytes of an entry, a piece of at most 1 MiB at a time.

    Raises:
        InputError: they are packed in another way than by deflate, or are not what is declared.
    """
    file.seek(entry.offset)
    head = file.read(LOCAL_SIZE)
    if len(head) < LOCAL_SIZE or not head.startswith(LOCAL):
        raise _broken()
    name, extra = struct.unpack_from("<HH", head, 26)
    file.seek(entry.offset + LOCAL_SIZE + name + extra)
    packed = pieces(file, entry.packed)
    if entry.method not in (STORED, DEFLATED):
        raise InputError("It is packed in an unusual way.", "Pack it by deflate, or not at all.")
    crc = size = 0
    for piece in packed if entry.method == STORED else _inflated(packed):
        crc, size = zlib.crc32(piece, crc), size + len(piece)
        if size > entry.size:
            raise InputError("It unpacks to more than the archive declares.", "Pack it again.")
        yield piece
    if (crc, size) != (entry.crc, entry.size):
        raise InputError("It is broken in the archive.", "Pack it again.")


def _inflated(packed: Iterator[bytes]) -> Iterator[bytes]:
    inflate = zlib.decompressobj(-zlib.MAX_WBITS)
    try:
        for piece in packed:
            while piece and not inflate.eof:
                yield inflate.decompress(piece, PIECE)
                piece = inflate.unconsumed_tail
        yield inflate.flush()
    except zlib.error as cause:
        raise InputError("It is broken in the archive.", "Pack it again.") from cause


def _directory(file: BinaryIO) -> tuple[int, int, int]:
    """Where the directory begins, its bytes, and how many bytes stand before the archive."""
    length = file.seek(0, 2)
    tail_at = max(0, length - END_SIZE - COMMENT - LOCATOR_SIZE)
    file.seek(tail_at)
    tail = file.read()
    at = tail.rfind(END)
    size, offset = struct.unpack_from("<II", tail, at + 12) if at >= 0 else (0, 0)
    end = tail_at + at
    before = tail[max(0, at - LOCATOR_SIZE) : at]
    if before.startswith(LOCATOR):
        (end,) = struct.unpack_from("<Q", before, 8)
        file.seek(end)
        record = file.read(56)
        if not record.startswith(END_64):
            raise _broken()
        size, offset = struct.unpack_from("<QQ", record, 40)
    start = end - size
    if at < 0 or start < offset:
        raise _broken()
    return start, size, start - offset


def _entry(block: bytes, at: int, before: int) -> tuple[Entry, int] | None:
    """The entry there and where it ends; None where it breaks off."""
    if at + HERE_SIZE > len(block):
        return None
    found = struct.unpack_from("<4s6H3I5H2I", block, at)
    signature, _, _, flags, method, _, _, crc, packed, size, *lengths, mode, offset = found
    name_end = at + HERE_SIZE + lengths[0]
    end = name_end + lengths[1] + lengths[2]
    if signature != HERE:
        raise _broken()
    if end > len(block):
        return None
    raw = block[at + HERE_SIZE : name_end]
    name = raw.decode("utf-8" if flags & UTF_8 else "cp437", "replace")
    extra = block[name_end : name_end + lengths[1]]
    size, packed, offset = _wide(extra, (size, packed, offset))
    link = mode >> 16 & 0o170000 == LINK
    one = Entry(name, offset + before, packed, size, method, crc, bool(flags & 1), link)
    return one, end


def _wide(extra: bytes, narrow: tuple[int, int, int]) -> tuple[int, int, int]:
    """Sizes and offset beyond 4 GiB, which stand in a field of their own."""
    at = 0
    while MOST in narrow and at + 4 <= len(extra):
        kind, length = struct.unpack_from("<HH", extra, at)
        if kind == WIDE:
            wanted = sum(value == MOST for value in narrow)
            values = iter(struct.unpack_from(f"<{wanted}Q", extra, at + 4))
            size, packed, offset = (next(values) if one == MOST else one for one in narrow)
            return size, packed, offset
        at += 4 + length
    return narrow


def _broken() -> InputError:
    return InputError("The archive is broken, or no zip.", "Pack the pictures again.")
