"""The members of a tar archive, sample by sample, without its data being read."""

from __future__ import annotations

import tarfile
from collections.abc import Iterator
from typing import IO, Any, BinaryIO, cast

from xai_core.base.errors import InputError
from xai_core.studies.places.samples import key_of

MAX_HEADER, MAX_SAMPLE = 2**20, 1000


class _Headers:
    """An open file that gives no more at once than headers need: a member may claim any length."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.seek, self.tell = file.seek, file.tell

    def read(self, size: int = -1) -> bytes:
        if not 0 <= size <= MAX_HEADER:
            raise tarfile.ReadError("a header claims to be too long")
        return self._file.read(size)


def samples(file: BinaryIO) -> Iterator[list[tarfile.TarInfo]]:
    """Members that follow each other and have one key in WebDataset's sense; no folders.

    Raises:
        InputError: it is no tar archive, is compressed, or breaks off.
    """
    sample: list[tarfile.TarInfo] = []
    try:
        for member in _members(file):
            new = sample and key_of(sample[0].name) != key_of(member.name)
            if new or len(sample) >= MAX_SAMPLE:
                yield sample
                sample = []
            sample.append(member)
    except InputError:  # what stands before the break is whole
        yield sample
        raise
    yield sample


def _members(file: BinaryIO) -> Iterator[tarfile.TarInfo]:
    try:
        archive: Any = tarfile.TarFile(fileobj=cast(IO[bytes], _Headers(file)))
        with archive:
            last = -1
            while (member := archive.next()) is not None:
                if member.size < 0 or archive.offset <= last:  # it would be read again for ever
                    raise tarfile.ReadError("a size is negative")
                last = archive.offset
                archive.members.clear()  # it would keep each of them
                if not member.isdir():
                    yield member
            file.seek(archive.offset)
            if file.read(tarfile.BLOCKSIZE).strip(b"\0"):  # it takes what is no header as the end
                raise tarfile.ReadError("what follows is no member")
    except (tarfile.TarError, EOFError, ValueError) as cause:
        raise InputError(
            f"It is no plain tar archive, or breaks off: {cause}.",
            "Pack it again, without compression.",
        ) from cause
