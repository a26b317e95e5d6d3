"""An archive that nobody vouches for, unpacked into an empty folder: zip, tar, gzip.

Only files and folders come out, below the folder, and no more than the limits allow: what an
archive says of its sizes is not believed, the bytes are counted as they come.
"""

from __future__ import annotations

import gzip
import io
import tarfile
import zipfile
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import IO, Literal

from xai_core.base.errors import ModelError
from xai_core.base.storage.unpacked import LINK
from xai_core.base.storage.zips import BROKEN, zip_names
from xai_core.models.unpacking.refusal import (
    MAX_ENTRIES,
    check_name,
    damaged,
    most_bytes,
    refused,
)

Kind = Literal["zip", "tar", "gzip"]
PIECE = 2**20
GZIP, TAR = b"\x1f\x8b", b"ustar"
TAR_AT = 257
SUFFIXES = (".gz", ".gzip")


def kind_of(path: Path) -> Kind | None:
    """Which archive the file is, by its first bytes; None for another file. Never raises."""
    try:
        with path.open("rb") as file:
            head = file.read(TAR_AT + len(TAR))
    except OSError:
        return None
    if head.startswith(GZIP):
        return "gzip"
    if head[TAR_AT:] == TAR:
        return "tar"
    return "zip" if head.startswith(b"PK\x03\x04") and zip_names(path) is not None else None


def unpack(path: Path, kind: Kind, folder: Path) -> None:
    """Write what lies in an archive into a folder.

    Raises:
        ModelError: `unsafe-code`, it breaks a rule; `corrupt-file`, it is broken.
    """
    writer = _Writer(folder, most_bytes(path.stat().st_size))
    try:
        if kind == "zip":
            _unzip(path, writer)
        else:
            with path.open("rb") as file:
                plain = gzip.GzipFile(fileobj=file) if kind == "gzip" else file
                _untar(io.BufferedReader(_Counted(plain, writer)), path, writer)
    except ModelError:
        raise
    except (FileExistsError, IsADirectoryError, NotADirectoryError) as cause:
        raise refused("a file and a folder in it have one name") from cause
    except (tarfile.TarError, *BROKEN) as cause:
        raise damaged(cause) from cause


class _Writer:
    """Counts entries and bytes."""

    def __init__(self, folder: Path, most: int) -> None:
        self._folder, self._left, self._entries = folder, most, 0
        self._seen: set[str] = set()

    def count(self, amount: int) -> None:
        """Raises `ModelError` where so many more bytes are too many."""
        self._left -= amount
        if self._left < 0:
            raise refused("it unpacks to too much")

    def enter(self, name: str) -> Path:
        """Where an entry goes. Raises `ModelError`: its name, or the number of entries."""
        self._entries += 1
        if self._entries > MAX_ENTRIES:
            raise refused(f"it has more than {MAX_ENTRIES:,} entries")
        check_name(name)
        plain = str(PurePosixPath(name))
        if plain in self._seen:
            raise refused("it holds two entries of one name", name)
        self._seen.add(plain)
        return self._folder / plain

    def write(self, name: str, source: IO[bytes], counted: bool) -> None:
        """A file. counted: its bytes are counted here."""
        target = self.enter(name)
        target.parent.mkdir(parents=True, exist_ok=True)
        with target.open("xb") as copy:
            while piece := source.read(PIECE):
                if counted:
                    self.count(len(piece))
                copy.write(piece)


class _Counted(io.RawIOBase):
    """The bytes of a tar, counted before anything is made of them; headers are bytes, too."""

    def __init__(self, plain: IO[bytes] | gzip.GzipFile, writer: _Writer) -> None:
        self._plain, self._writer = plain, writer

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        data = self._plain.read(len(buffer))
        self._writer.count(len(data))
        buffer[: len(data)] = data
        return len(data)


def _unzip(path: Path, writer: _Writer) -> None:
    with zipfile.ZipFile(path) as archive:
        for entry in archive.infolist():
            if entry.external_attr >> 16 & 0o170000 == LINK:
                raise refused("an entry is a link", entry.filename)
            if entry.flag_bits & 0x1:
                raise refused("an entry is encrypted", entry.filename)
            if entry.is_dir():
                writer.enter(entry.filename)
                continue
            with archive.open(entry) as source:
                writer.write(entry.filename, source, counted=True)


def _untar(plain: io.BufferedReader, path: Path, writer: _Writer) -> None:
    """A tar, or the one file that was packed by gzip."""
    if plain.peek(TAR_AT + len(TAR))[TAR_AT : TAR_AT + len(TAR)] != TAR:
        name = path.name
        for suffix in SUFFIXES:
            name = name.removesuffix(suffix)
        writer.write(name if name not in ("", path.name) else "model", plain, counted=False)
        return
    with tarfile.open(fileobj=plain, mode="r|") as archive:
        for entry, name in _entries(archive):
            source = archive.extractfile(entry) if entry.isreg() else None
            if source is None:
                writer.enter(name)
            else:
                with source:
                    writer.write(name, source, counted=False)
    while plain.read(PIECE):  # what follows its end belongs to the archive: it is checked, too
        pass


def _entries(archive: tarfile.TarFile) -> Iterator[tuple[tarfile.TarInfo, str]]:
    for entry in archive:
        if entry.size < 0:
            raise damaged("an entry's size is negative")
        if entry.issym() or entry.islnk():
            raise refused("an entry is a link", entry.name)
        if not (entry.isreg() or entry.isdir()) or entry.issparse():
            raise refused("an entry is neither a file nor a folder", entry.name)
        if entry.name.strip("./"):  # `.` is the archive itself
            yield entry, entry.name.removeprefix("./")
