"""A plain archive, or a folder: whatever has one model in it, or several to choose from."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path
from typing import ClassVar

from xai_core.models.packages.base import PACKAGES, Content, Package
from xai_core.models.unpacking.listing import content


@PACKAGES.register
class Archive(Package):
    """`.zip`, `.tar`, `.tar.gz`, `.gz` or a folder with a model file in it, at any depth."""

    name: ClassVar[str] = "archive"
    title: ClassVar[str] = "an archive"
    order: ClassVar[int] = 1000
    first: ClassVar[bool] = False

    def recognise(self, names: Collection[str]) -> bool:
        """Everything that no other plugin knows."""
        return True

    def look(self, folder: Path) -> Content:
        """As the contract says."""
        return content(folder)
