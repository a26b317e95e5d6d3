"""The files of a study's maps, beside its shards: a map is written whole or not at all."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from xai_core.base.pace import Pace
from xai_core.studies.kept_maps import KeptMaps, Origin
from xai_core.studies.maps.listing import MapsList
from xai_core.studies.setting import Setting
from xai_core.studies.store import Methods, complete

MAPS = "maps"
EMPTY = 128  # bytes of a file whose map has no pixel


class StudyMaps(KeptMaps):
    """Maps `[h, w]` as `.npy`, in the folder `maps` of a study. A picture is named by its SHA-256.

    Args:
        setting, pace: of the study; every map depends on them. folder: of the study.
    """

    def __init__(self, setting: Setting, folder: Path, pace: Pace | None = None) -> None:
        origin = Origin(
            setting.model_sha256,
            setting.options.architecture,
            setting.options.output,
            (),
            setting.spec,
            setting.seed,
            setting.target,
            setting.recipe.channels,
            opening=setting.key,
        )
        super().__init__(origin, folder)
        self.folder = folder / MAPS
        self._pace = pace or Pace()

    @property
    def pace(self) -> Pace:
        """As of `Records`: that of the study."""
        return self._pace

    def path_of(self, picture: str, method: str, parameters: Mapping[str, Any]) -> Path:
        """Where the map of a picture (its SHA-256) is, or would be."""
        return self._path(picture, method, parameters)

    def file(self, picture: str, method: str, parameters: Mapping[str, Any]) -> Path | None:
        """That of a map that is kept, and not empty; picture: its SHA-256."""
        path = self._path(picture, method, parameters)
        try:
            return path if path.stat().st_size > EMPTY else None
        except OSError:
            return None

    def tell(
        self, listing: MapsList, pictures: Iterable[tuple[str, str]], methods: Methods
    ) -> None:
        """Which files are whose. pictures: name and SHA-256 of each. Raises `XaiError`."""
        for name, sha256 in pictures:
            for method, given in complete(methods).items():
                file = self.file(sha256, method, given)
                if file is not None:
                    listing.add(file.name, name, sha256, method, given)
