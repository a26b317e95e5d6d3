"""A folder of pictures, and of folders of them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from xai_core.base.errors import InputError
from xai_core.studies.places.cut import fetched
from xai_core.studies.places.location import Location
from xai_core.studies.places.members import readable
from xai_core.studies.places.samples import pictures_among
from xai_core.studies.sources.base import SOURCES, Kind, Listed, Source

MAX_DEPTH = 64


class FolderSource(Source):
    """In the order of names, folder by folder; the names of one folder are in memory at a time."""

    def pictures(self) -> Iterator[Listed]:
        """As of `Source`."""
        return self._below("", 0)

    def local(self, listed: Listed, folder: Path) -> Path:
        """As of `Source`."""
        return fetched(self.location.inside(listed.place), folder)

    def _below(self, inner: str, depth: int) -> Iterator[Listed]:
        if depth > MAX_DEPTH:
            raise InputError(
                f"The folders in {self.where} lie deeper than {MAX_DEPTH}.",
                "Move its pictures into one.",
            )
        where = self.location.inside(inner) if inner else self.location
        entries = where.entries()
        masks = dict(pictures_among(one.name for one in entries if not one.is_folder))
        for one in entries:
            path = inner + one.name
            if one.is_folder and not one.name.startswith("."):
                yield from self._below(f"{path}/", depth + 1)
            elif not one.is_folder and one.name in masks:
                mask = masks[one.name]
                yield Listed(readable(path), path, mask=mask and inner + mask)


@SOURCES.register
class Folder(Kind):
    """What is a folder."""

    name, title, order = "folder", "a folder of pictures", 90

    def recognise(self, location: Location) -> bool:
        """As of `Kind`."""
        return location.is_folder()

    def open(self, location: Location) -> Source:
        """As of `Kind`."""
        return FolderSource(location)
