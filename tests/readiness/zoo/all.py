"""Every specimen: importing the files fills the list."""

from __future__ import annotations

import importlib
from pathlib import Path

from tests.readiness.zoo.specimen import ZOO, Specimen

for file in sorted(Path(__file__).parent.glob("healthy_*.py")) + sorted(
    Path(__file__).parent.glob("broken_*.py")
):
    importlib.import_module(f"tests.readiness.zoo.{file.stem}")

__all__ = ["ZOO", "Specimen"]
