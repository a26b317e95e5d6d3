"""One picture by itself."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from xai_core.pictures.archive import is_picture
from xai_core.studies.places.cut import fetched
from xai_core.studies.places.location import Location
from xai_core.studies.places.members import readable
from xai_core.studies.sources.base import SOURCES, Kind, Listed, Source


class PictureSource(Source):
    """A study of one."""

    def pictures(self) -> Iterator[Listed]:
        """As of `Source`."""
        yield Listed(readable(self.location.name))

    def local(self, listed: Listed, folder: Path) -> Path:
        """As of `Source`."""
        return fetched(self.location, folder)


@SOURCES.register
class Picture(Kind):
    """What is called as a picture."""

    name, title, order = "picture", "a picture", 10

    def recognise(self, location: Location) -> bool:
        """As of `Kind`."""
        return is_picture(location.name) and location.is_file()

    def open(self, location: Location) -> Source:
        """As of `Kind`."""
        return PictureSource(location)
