"""Pictures of the server's own disk, for who asks from a browser: only below folders that its
operator has named."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from xai_core.base.errors import InputError
from xai_core.studies.places.location import Location
from xai_core.studies.places.url import is_url
from xai_core.studies.sources import Listed, Source, open_source
from xai_core.studies.sources.folder import FolderSource
from xai_core.studies.sources.manifest import ManifestSource
from xai_core.studies.sources.picture import PictureSource
from xai_core.studies.sources.tar import TarSource

VARIABLE = "PEDESTAL_PICTURE_FOLDERS"
OUTSIDE = "It lies outside of the folders that this server reads."


@dataclass(frozen=True)
class AllowedFolders:
    """Where a server may read pictures by their path; nowhere without any.

    Attributes:
        roots: absolute, links resolved.
    """

    roots: tuple[Path, ...] = ()

    @staticmethod
    def from_environment(environment: Mapping[str, str] = os.environ) -> AllowedFolders:
        """Those of `PEDESTAL_PICTURE_FOLDERS`, with `:` between them (`;` on Windows).

        Raises:
            InputError: one is no absolute path of a folder.
        """
        named = [one for one in environment.get(VARIABLE, "").split(os.pathsep) if one.strip()]
        for one in named:
            if not (os.path.isabs(one) and os.path.isdir(one)):
                raise InputError(
                    f"{VARIABLE} must name folders by their whole paths; {one!r} is none.",
                    f"Write them with {os.pathsep!r} between.",
                )
        return AllowedFolders(tuple(Path(one).resolve() for one in named))

    def open(self, text: str) -> Source:
        """The pictures at a path: a folder, zip, tar, manifest or picture below a root.

        Raises:
            InputError: it is not there or lies outside, which is told alike; or it is no source.
        """
        found = self._inside(Path(text.strip())) if text.strip() else None
        if found is None or not os.path.exists(found):  # False also where nobody may look
            raise InputError(
                f"There is nothing at {text.strip()!r} in the folders that this server reads.",
                f"They are: {', '.join(map(str, self.roots))}. Give a whole path.",
            )
        source = open_source(found)
        if isinstance(source, TarSource) and not all(map(self._holds, source.archives)):
            raise InputError(OUTSIDE, "Take the links out of the folder.")
        return source

    def local(self, source: Source, listed: Listed, folder: Path) -> Path:
        """As `Source.local`. Raises `InputError` where the file lies outside, too."""
        where = _file_of(source, listed)
        if where is not None and not self._holds(where):
            raise InputError(OUTSIDE)
        return source.local(listed, folder)

    def mask(self, source: Source, listed: Listed, folder: Path) -> Path | None:
        """The same of its mask; None where it has none."""
        if listed.mask is None:
            return None
        beside = replace(listed, name=f"mask of {listed.name}", place=listed.mask)
        return self.local(source, beside, folder)

    def _holds(self, where: Location) -> bool:
        return where.path is not None and self._inside(where.path) is not None

    def _inside(self, path: Path) -> Path | None:
        """The path without links, where that is below a root."""
        if not path.is_absolute() or is_url(str(path)):
            return None
        try:
            found = path.resolve()
        except (OSError, ValueError, RuntimeError):  # links in a circle, or no name
            return None
        return found if any(found.is_relative_to(one) for one in self.roots) else None


def _file_of(source: Source, listed: Listed) -> Location | None:
    """Which file of a disk is read for a picture; None for a part of an archive."""
    if isinstance(source, ManifestSource):
        return source.location.beside(listed.place)
    if isinstance(source, FolderSource):
        return source.location.inside(listed.place)
    return source.location if isinstance(source, PictureSource) else None
