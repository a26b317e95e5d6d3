"""SageMaker's `model.tar.gz`: a model, and beside it `code/` that serves it."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path
from typing import ClassVar

from xai_core.models.packages.base import PACKAGES, Content, Package
from xai_core.models.unpacking.listing import content

CODE = "code/"
SERVES = "code/inference.py"


@PACKAGES.register
class SageMaker(Package):
    """`model.tar.gz` with `code/inference.py`, which is never run; without one it is an archive."""

    name: ClassVar[str] = "sagemaker"
    title: ClassVar[str] = "a SageMaker model"
    order: ClassVar[int] = 30

    def recognise(self, names: Collection[str]) -> bool:
        """By the script that serves it."""
        return any(f"/{name}".endswith(f"/{SERVES}") for name in names)

    def look(self, folder: Path) -> Content:
        """As the contract says; what lies in `code/` is no model."""
        found = content(folder)
        models = {n: one for n, one in found.models.items() if f"/{CODE}" not in f"/{n}"}
        return Content(models, {"Own code": f"{SERVES}, which is never run"})
