"""The fields of a protobuf message, without its schema and without decoding their contents."""

from __future__ import annotations

import mmap
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

VARINT, FIXED64, BYTES, FIXED32 = 0, 1, 2, 5
MAX_FIELDS = 1_000_000
Buffer = mmap.mmap | bytes


class Field(NamedTuple):
    """One field: `value` of a varint, else 0; the span of its bytes.

    `whole` is False where the bytes run out before the field ends.
    """

    number: int
    wire: int
    value: int
    start: int
    end: int
    whole: bool


@contextmanager
def mapped(path: Path) -> Iterator[Buffer]:
    """The bytes of a file, read only as far as they are looked at."""
    with path.open("rb") as file:
        if path.stat().st_size == 0:
            yield b""
            return
        with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
            yield data


def fields(data: Buffer, start: int = 0, end: int | None = None) -> tuple[Field, ...] | None:
    """The fields of the message in `data[start:end]`; None where it is not a message.

    A message that breaks off inside its last field still counts; that field is not `whole`.
    """
    end = len(data) if end is None else end
    found: list[Field] = []
    while start < end:
        field = _field(data, start, end)
        if field is None or len(found) >= MAX_FIELDS:
            return None
        found.append(field)
        start = field.end
    return tuple(found)


def _field(data: Buffer, start: int, end: int) -> Field | None:
    key, start = _varint(data, start, end)
    number, wire = key >> 3, key & 7
    if start < 0 or number == 0:
        return None
    if wire in (VARINT, BYTES):
        value, start = _varint(data, start, end)
        if start < 0:
            return None
        if wire == VARINT:
            return Field(number, wire, value, start, start, True)
    elif wire in (FIXED32, FIXED64):
        value = 4 if wire == FIXED32 else 8
    else:
        return None
    stop = start + value
    return Field(number, wire, 0, start, min(stop, end), stop <= end)


def _varint(data: Buffer, start: int, end: int) -> tuple[int, int]:
    value = 0
    for shift in range(0, 70, 7):
        if start >= end:
            break
        byte = data[start]
        start += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, start
    return 0, -1
