"""TorchScript archives with code, objects or a layout of the attacker's choosing."""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Callable
from functools import cache
from pathlib import Path

import torch
from torch import nn

from xai_core.models.formats.base import LoadOptions
from xai_core.models.loading import load_model

Entries = dict[str, bytes]
CODE = "m/code/__torch__/tests/security/scripts.py"
BODY = "    return torch.add(x, weight)\n"


class Small(nn.Module):
    """One operation, whose code is replaced."""

    def __init__(self) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.ones(64))
        self.label = "none"

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return torch.add(x, self.weight)


@cache
def sound() -> Entries:
    """The entries of an honest file."""
    buffer = io.BytesIO()
    torch.jit.save(torch.jit.script(Small().eval()), buffer)
    with zipfile.ZipFile(buffer) as archive:
        root = archive.namelist()[0].partition("/")[0]
        return {
            "m" + item.removeprefix(root): archive.read(item)
            for item in archive.namelist()
            if not item.endswith("debug_pkl")
        }


def zipped(entries: Entries) -> bytes:
    """A plain archive of them, stored."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, data in entries.items():
            archive.writestr(name, data)
    return buffer.getvalue()


def with_body(lines: str) -> Entries:
    """Statements in place of what `forward` computes; `x` and `weight` are tensors."""
    text = "".join(f"    {line}\n" for line in lines.splitlines())
    return with_code(lambda code: code.replace(BODY, text + "    return x\n"))


def with_code(change: Callable[[str], str]) -> Entries:
    """The honest file with other code."""
    code = sound()[CODE].decode()
    assert BODY in code
    return {**sound(), CODE: change(code).encode("latin-1")}


def run(path: Path, trust: bool = False) -> None:
    """Open the file as a user does, and run it once."""
    module = load_model(path, LoadOptions(trust=trust)).module
    assert module is not None
    module(torch.ones(64))


def two_ends(shown: Entries, hidden: Entries) -> bytes:
    """Two ZIP64 end records: Python goes by the one at the end, torch by the one pointed at."""
    body, here = _split(zipped(shown), 0)
    other, there = _split(zipped(hidden), len(body))
    data = body + other + there
    place = len(data)
    data += _end_64(there, len(body) + len(other), len(hidden)) + here
    data += _end_64(here, len(data) - len(here), len(shown))
    data += struct.pack("<4sIQI", b"PK\x06\x07", 0, place, 1)
    counts = (len(shown), len(shown), 2**32 - 1, 2**32 - 1)
    return data + struct.pack("<4s4H2IH", b"PK\x05\x06", 0, 0, *counts[:2], *counts[2:], 0)


def two_archives(shown: Entries, hidden: Entries) -> bytes:
    """Of two archives of one layout, Python reads the last and torch the first."""
    first, second = zipped(hidden), zipped(shown)
    assert len(first) == len(second)
    return first[:-22] + second


def _split(data: bytes, offset: int) -> tuple[bytes, bytes]:
    """Entries and directory of an archive, whose offsets count from `offset`."""
    length, start = struct.unpack_from("<II", data, len(data) - 10)
    directory = bytearray(data[start : start + length])
    at = 0
    while at < length:
        (place,) = struct.unpack_from("<I", directory, at + 42)
        struct.pack_into("<I", directory, at + 42, place + offset)
        at += 46 + sum(struct.unpack_from("<3H", directory, at + 28))
    return data[:start], bytes(directory)


def _end_64(directory: bytes, start: int, count: int) -> bytes:
    return struct.pack(
        "<4sQHHIIQQQQ", b"PK\x06\x06", 44, 45, 45, 0, 0, count, count, len(directory), start
    )
