"""The records of a zip archive: an entry in the directory, and the header before its bytes."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import BinaryIO

STORED, DEFLATED = 0, 8
HERE, LOCAL, DESCRIPTOR = b"PK\x01\x02", b"PK\x03\x04", b"PK\x07\x08"
HERE_SIZE, LOCAL_SIZE = 46, 30
UTF_8, DESCRIBED = 0x800, 0x8
FLAGS = UTF_8 | DESCRIBED | 0x6  # the last two say how well it is packed
WIDE, MOST = 0x0001, 2**32 - 1
NEWEST = 45  # the version of the format that has ZIP64
# Sizes above 4 GiB, torch's padding, times and owners; others give an entry a second name.
EXTRAS = frozenset({WIDE, 0x4246, 0x000A, 0x5455, 0x7875})


class StrangeZipError(ValueError):
    """It is not laid out plainly: two readers may see two archives in it."""


@dataclass(frozen=True)
class Record:
    """One entry, as the directory says.

    Attributes:
        raw: the name's bytes. packed, size: bytes in the file and unpacked. crc: of the unpacked.
        offset: of its header. flags, method: as in the format.
    """

    name: str
    raw: bytes
    flags: int
    method: int
    crc: int
    packed: int
    size: int
    offset: int


def read_directory(data: bytes, count: int) -> list[Record]:
    """The records of a whole directory.

    Raises:
        StrangeZipError: with the rule that one breaks. struct.error: it breaks off.
    """
    records, at = [], 0
    for _ in range(count):
        record, at = _record(data, at)
        records.append(record)
    if at != len(data):
        raise StrangeZipError("its directory holds more than its entries")
    return records


def place(file: BinaryIO, record: Record) -> tuple[int, int]:
    """Where the bytes of an entry begin, and where it ends: behind what is said after them.

    Raises:
        StrangeZipError: its header says another thing than the directory.
    """
    file.seek(record.offset)
    head = file.read(LOCAL_SIZE + len(record.raw))
    found = struct.unpack_from("<4s5H3I2H", head)
    signature, _, flags, method, _, _, crc, packed, size, _, extra = found
    name = head[LOCAL_SIZE:]
    if signature != LOCAL or (flags, method, name) != (record.flags, record.method, record.raw):
        raise _strange(record.name, "its own header names something else")
    extras = _extras(file.read(extra), record.name)
    start = record.offset + LOCAL_SIZE + len(record.raw) + extra
    end = start + record.packed
    said = (crc, packed, size)
    if WIDE in extras and MOST in (packed, size):
        size, packed = struct.unpack_from("<QQ", extras[WIDE])
        said = (crc, packed, size)
    if record.flags & DESCRIBED and said == (0, 0, 0):
        return start, end + _descriptor(file, end, record)
    if said != (record.crc, record.packed, record.size):
        raise _strange(record.name, "its own header gives other sizes")
    return start, end + (_descriptor(file, end, record) if record.flags & DESCRIBED else 0)


def _descriptor(file: BinaryIO, at: int, record: Record) -> int:
    """Length of what repeats the sizes behind the bytes."""
    file.seek(at)
    data = file.read(24)
    for form in ("<4sIII", "<4sIQQ"):
        length = struct.calcsize(form)
        plain = (DESCRIPTOR, record.crc, record.packed, record.size)
        fits = form == "<4sIQQ" or max(record.packed, record.size) <= MOST
        if fits and len(data) >= length and struct.unpack_from(form, data) == plain:
            return length
    raise _strange(record.name, "what follows its bytes gives other sizes")


def _record(data: bytes, at: int) -> tuple[Record, int]:
    found = struct.unpack_from("<4s6H3I5H2I", data, at)
    signature, _, version, flags, method, _, _, crc, packed, size, *lengths = found
    name_length, extra_length, comment, disk, _, _, offset = lengths
    if signature != HERE:
        raise StrangeZipError("its directory holds more than its entries")
    begin = at + HERE_SIZE
    end = begin + name_length + extra_length
    raw = data[begin : begin + name_length]
    name = _name(raw, flags)
    extras = _extras(data[begin + name_length : end], name)
    if comment or disk or len(raw) != name_length or end > len(data):
        raise _strange(name, "it has a comment or is on another disk")
    size, packed, offset = _wide(extras.get(WIDE), (size, packed, offset), name)
    if version > NEWEST or flags & ~FLAGS or method not in (STORED, DEFLATED):
        raise _strange(name, "it is encrypted, or packed in an unusual way")
    if (method == STORED and packed != size) or (name.endswith("/") and size):
        raise _strange(name, "its two sizes disagree")
    return Record(name, raw, flags, method, crc, packed, size, offset), end


def _wide(extra: bytes | None, narrow: tuple[int, int, int], name: str) -> tuple[int, int, int]:
    wanted = sum(value == MOST for value in narrow)
    if len(extra or b"") != 8 * wanted:
        raise _strange(name, "its sizes are given twice")
    values = list(struct.unpack(f"<{wanted}Q", extra or b""))
    size, packed, offset = (values.pop(0) if value == MOST else value for value in narrow)
    return size, packed, offset


def _extras(data: bytes, name: str) -> dict[int, bytes]:
    found: dict[int, bytes] = {}
    at = 0
    while at < len(data):
        kind, length = struct.unpack_from("<HH", data, at)
        if kind not in EXTRAS or kind in found or at + 4 + length > len(data):
            raise _strange(name, f"it has a field of kind {kind:#06x}")
        found[kind] = data[at + 4 : at + 4 + length]
        at += 4 + length
    return found


def _name(raw: bytes, flags: int) -> str:
    try:
        name = raw.decode("utf-8" if flags & UTF_8 else "ascii")
    except UnicodeDecodeError:
        raise _strange(repr(raw), "its name is no plain text") from None
    parts = name.removesuffix("/").split("/")
    if not name.isprintable() or "\\" in name or {"", ".", ".."} & {*parts}:
        raise _strange(name, "its name leads out of the archive, or is no name")
    return name


def _strange(name: str, what: str) -> StrangeZipError:
    return StrangeZipError(f"of its entry {name[:200]!r}, {what}")
