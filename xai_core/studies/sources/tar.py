"""Tar archives of pictures, in WebDataset's form or plain: one, several by braces, or a folder.

In WebDataset's form, files that follow each other and share their name up to the first dot are one
sample: `0001.jpg` with `0001.cls` or `0001.json` for its label and `0001.mask.png` or
`0001.seg.png` for its ground truth.
"""

from __future__ import annotations

import json
import tarfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, BinaryIO

from xai_core.base.errors import InputError
from xai_core.studies.places.braces import expanded
from xai_core.studies.places.cut import pieces, saved
from xai_core.studies.places.location import Location
from xai_core.studies.places.members import readable, refusal
from xai_core.studies.places.samples import ending_of, pictures_among
from xai_core.studies.places.tar_members import samples
from xai_core.studies.sources.base import SOURCES, Kind, Listed, Source

ENDINGS = (".tar",)
COMPRESSED = (".tar.gz", ".tgz", ".tar.bz2", ".tar.xz", ".tar.zst")
LABELS = (".cls", ".json")
FIELDS = ("label", "cls", "class")
MAX_LABEL, MAX_LABEL_BYTES = 200, 2**16


class TarSource(Source):
    """In the order of the archives and their members. An archive that breaks off is one refusal.

    Args:
        archives: of the same study; the first part of a picture's name where they are several.
    """

    def __init__(self, location: Location, archives: Sequence[Location]) -> None:
        super().__init__(location)
        self.archives = tuple(archives)

    def pictures(self) -> Iterator[Listed]:
        """As of `Source`."""
        several = len(self.archives) > 1
        for number, archive in enumerate(self.archives):
            before = f"{archive.name}/" if several else ""
            try:
                with archive.open() as file:
                    for sample in samples(file):
                        yield from _listed(sample, file, before, number)
            except InputError as cause:  # of many archives one stops nothing
                yield Listed(archive.name, cause=str(cause))

    def local(self, listed: Listed, folder: Path) -> Path:
        """As of `Source`."""
        number, offset, size = map(int, listed.place.split())
        with self.archives[number].open() as file:
            file.seek(offset)
            return saved(_all(file, size), listed.name, folder)


def _listed(
    sample: Sequence[tarfile.TarInfo], file: BinaryIO, before: str, number: int
) -> Iterator[Listed]:
    members = {one.name: one for one in sample}
    pictures = pictures_among(members)
    label = _label(sample, file) if pictures else None

    def place(name: str) -> str:
        return f"{number} {members[name].offset_data} {members[name].size}"

    for name, mask in pictures:
        cause = _cause(members[name])
        truth = place(mask) if mask and not _cause(members[mask]) else None
        yield Listed(readable(before + name), "" if cause else place(name), label, truth, cause)


def _cause(member: tarfile.TarInfo) -> str | None:
    plain = member.isreg() and not member.issparse()
    return refusal(member.name, member.size, link=not plain)


def _label(sample: Sequence[tarfile.TarInfo], file: BinaryIO) -> str | None:
    """What the sample says of its class: a text, or a field of an object."""
    for ending in LABELS:
        for member in sample:
            if ending_of(member.name) != ending or not member.isreg():
                continue
            if member.size > MAX_LABEL_BYTES:
                continue
            file.seek(member.offset_data)
            text = file.read(member.size).decode("utf-8", "replace").strip()
            found = text if ending == ".cls" else _field(text)
            if found:
                return readable(found[:MAX_LABEL])
    return None


def _field(text: str) -> str | None:
    try:
        told: Any = json.loads(text)
    except (ValueError, RecursionError):
        return None
    if isinstance(told, dict):
        told = next((told[name] for name in FIELDS if name in told), None)
    return str(told) if isinstance(told, str | int) and not isinstance(told, bool) else None


def _all(file: BinaryIO, size: int) -> Iterator[bytes]:
    left = size
    for piece in pieces(file, size):
        left -= len(piece)
        yield piece
    if left:
        raise InputError("The archive breaks off within it.", "Pack it again.")


@SOURCES.register
class Tar(Kind):
    """What is called so or begins so, also in braces; a folder of nothing else."""

    name, title, order = "tar", "tar archives, as WebDataset has them", 30

    def recognise(self, location: Location) -> bool:
        """As of `Kind`."""
        if location.ends_in(*ENDINGS, *COMPRESSED) or location.begins_with(b"ustar", 257):
            return True
        return location.is_folder() and bool(_archives_in(location))

    def open(self, location: Location) -> Source:
        """As of `Kind`."""
        if location.ends_in(*COMPRESSED):
            raise InputError(
                f"{location.shown} is compressed: its pictures cannot be read one by one.",
                "Unpack it to a plain .tar first.",
            )
        if location.ends_in(*ENDINGS) or not location.is_folder():
            return TarSource(location, [Location.of(one) for one in expanded(location.address)])
        return TarSource(location, [location.inside(name) for name in _archives_in(location)])


def _archives_in(folder: Location) -> list[str]:
    """The names of tar archives in a folder; none where pictures or folders lie beside them."""
    files = [one for one in folder.entries() if not one.name.startswith(".")]
    names = [one.name for one in files if one.name.lower().endswith(ENDINGS)]
    mixed = any(one.is_folder for one in files) or pictures_among(one.name for one in files)
    return [] if mixed else names
