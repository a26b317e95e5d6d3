"""A zip archive of pictures: read where it lies, nothing is unpacked but the picture asked for."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from xai_core.pictures.archive import is_picture, looked_at
from xai_core.studies.places.cut import saved
from xai_core.studies.places.location import Location
from xai_core.studies.places.members import readable, refusal
from xai_core.studies.places.samples import MASKS, stem
from xai_core.studies.places.zip_directory import Entry, entries, unpacked
from xai_core.studies.sources.base import SOURCES, Kind, Listed, Source


class ZipSource(Source):
    """In the archive's order. Only its masks are in memory, by name."""

    def pictures(self) -> Iterator[Listed]:
        """As of `Source`."""
        masks = self._masks()
        for one in self._pictures():
            base = stem(one.name)
            if not any(base.removesuffix(mark) in masks for mark in MASKS if base.endswith(mark)):
                yield _listed(one, masks.get(base))

    def local(self, listed: Listed, folder: Path) -> Path:
        """As of `Source`."""
        with self.location.open() as file:
            return saved(unpacked(file, Entry.at(listed.place)), listed.name, folder)

    def _pictures(self) -> Iterator[Entry]:
        with self.location.open() as file:
            for one in entries(file):
                if is_picture(one.name) and looked_at(one.name):
                    yield one

    def _masks(self) -> dict[str, str]:
        """Places of masks by the stem of the picture that they lie beside."""
        found: dict[str, str] = {}
        for one in self._pictures():
            base = stem(one.name)
            for mark in MASKS:
                if base.endswith(mark) and not _cause(one):
                    found[base.removesuffix(mark)] = one.place
        if not found:
            return found
        beside = {base for one in self._pictures() if (base := stem(one.name)) in found}
        return {base: place for base, place in found.items() if base in beside}


def _listed(one: Entry, mask: str | None) -> Listed:
    return Listed(readable(one.name), one.place, mask=mask, cause=_cause(one))


def _cause(one: Entry) -> str | None:
    return refusal(one.name, one.size, link=one.link, encrypted=one.encrypted)


@SOURCES.register
class Zip(Kind):
    """What is called so, or begins so."""

    name, title, order = "zip", "a zip archive of pictures", 20

    def recognise(self, location: Location) -> bool:
        """As of `Kind`."""
        return location.ends_in(".zip") or location.begins_with(b"PK\x03\x04")

    def open(self, location: Location) -> Source:
        """As of `Kind`."""
        return ZipSource(location)
