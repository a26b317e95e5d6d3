"""The bytes of a file's tensors, read by the reader that checked the archive."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from xai_core.base.errors import ModelError
from xai_core.base.storage.strict_zip import BrokenZipError, StrictZip
from xai_core.models.pickles.archive import MAX_PICKLE, checked_archive
from xai_core.models.pickles.globals import STORAGE_BYTES
from xai_core.models.pickles.skeleton import Stored, read_contents
from xai_core.models.pickles.torch_file import TorchFile

if TYPE_CHECKING:
    from torch import Tensor

CHUNK = 2**22


class Storages:
    """Bytes by their storage: each is read once, so that what shared them shares them again."""

    def __init__(self, swapped: bool = False) -> None:
        self._read: dict[str, Tensor] = {}
        self._swapped = swapped

    def bytes_of(self, stored: Stored) -> Tensor:
        """uint8 `[bytes]`, in the byte order of this machine.

        Raises:
            ModelError: `corrupt-file`, the file has none of them, or not so many.
        """
        if stored.kind not in STORAGE_BYTES or stored.numel < 0:
            raise broken(f"tensor data {stored.key!r} is of the kind {stored.kind[:60]!r}")
        size = STORAGE_BYTES[stored.kind] * stored.numel
        found = self._read.get(stored.key)
        if found is None:
            found = self._fetched(stored, size)
            self._read[stored.key] = found
        if found.numel() != size:
            raise broken(f"tensor data {stored.key!r} has {found.numel()} bytes instead of {size}")
        return found

    def _fetched(self, stored: Stored, size: int) -> Tensor:
        raise broken(f"tensor data {stored.key!r} is not in it")


class _Zipped(Storages):
    def __init__(self, archive: StrictZip, root: str) -> None:
        order = f"{root}/byteorder"
        super().__init__(order in archive.entries and archive.read(order, 6) == b"big")
        self._archive, self._root = archive, root

    def _fetched(self, stored: Stored, size: int) -> Tensor:
        name = f"{self._root}/data/{stored.key}"
        entry = self._archive.entries.get(name)
        if entry is None:
            raise broken(f"tensor data {stored.key!r} is not in it")
        if entry.size != size:
            raise broken(f"tensor data {stored.key!r} has {entry.size} bytes, not {size}")
        try:
            with self._archive.path.open("rb") as stream:
                stream.seek(self._archive.starts[name])
                found = _filled(stream, size)
        except (OSError, EOFError) as cause:
            raise broken(f"tensor data {stored.key!r}: {cause}") from cause
        if zlib.crc32(found.numpy().data) != entry.crc:
            raise broken(f"tensor data {stored.key!r} is damaged")
        width = STORAGE_BYTES[stored.kind]
        if self._swapped and width > 1:
            width = width // 2 if stored.kind.startswith("Complex") else width
            found = found.reshape(-1, width).flip(1).reshape(-1)
        return found


@contextmanager
def opened(path: Path, file: TorchFile) -> Iterator[Storages]:
    """The bytes of a file that was looked into. Raises `ModelError` where it breaks a rule."""
    if file.layout == "legacy":
        yield _legacy(path, file)
        return
    try:
        yield _Zipped(*checked_archive(path))
    except BrokenZipError as cause:
        raise broken(str(cause)) from cause


def broken(what: str) -> ModelError:
    """The error for a file whose parts do not fit."""
    return ModelError(
        f"A file written by torch.save was expected, but it is broken: {what}.",
        "Copy or download the file again, or save the model again.",
        code="corrupt-file",
    )


def _legacy(path: Path, file: TorchFile) -> Storages:
    """Behind the pickle: the keys, as another pickle; then for each its length and its bytes."""
    storages = Storages()
    known = {stored.key: stored for stored in file.contents.stored}
    with path.open("rb") as stream:
        stream.seek(file.contents.end)
        listed = read_contents(stream.read(MAX_PICKLE))
        stream.seek(file.contents.end + listed.end)
        keys: Any = listed.root
        for key in keys if isinstance(keys, list) else ():
            stored = known.get(str(key))
            length = int.from_bytes(stream.read(8), "little", signed=True)
            if stored is None or length != stored.numel:
                raise broken(f"tensor data {str(key)[:40]!r} has {length} numbers")
            size = STORAGE_BYTES.get(stored.kind, -1) * length
            if not 0 <= size <= path.stat().st_size:
                raise broken(f"tensor data {stored.key!r} has {size} bytes")
            storages._read[stored.key] = _filled(stream, size)
    return storages


def _filled(stream: Any, size: int) -> Tensor:
    import torch

    numbers = torch.empty(size, dtype=torch.uint8)
    view: Any = memoryview(numbers.numpy().data)
    at = 0
    while at < size:
        count = stream.readinto(view[at : at + CHUNK])
        if not count:
            raise EOFError("it breaks off")
        at += count
    return numbers
