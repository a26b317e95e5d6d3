"""Where modules are that a script of an earlier version imports, so that a kept one still runs.

The scripts of reports name them. A new script uses the public names of `xai_core` alone.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Sequence
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType

MOVED = {
    "xai_core.attribution.several_inputs": "xai_core.attribution.inputs.explaining",
    "xai_core.demo.models": "xai_core.models.demo",
    "xai_core.demo.pictures": "xai_core.pictures.demo",
    "xai_core.errors": "xai_core.base.errors",
    "xai_core.images": "xai_core.pictures.preprocessing",
    "xai_core.other_inputs": "xai_core.models.other_inputs",
    "xai_core.pace": "xai_core.base.pace",
    "xai_core.peek": "xai_core.models.peek",
    "xai_core.peek.digest": "xai_core.models.peek.digest",
    "xai_core.picture_archive": "xai_core.pictures.archive",
    "xai_core.study": "xai_core.studies.store",
    "xai_core.study_run": "xai_core.studies.computation",
}


class _Mover(MetaPathFinder, Loader):
    """Gives the module itself under its old name: one module, so one class of each name."""

    def __init__(self) -> None:
        self._specs: dict[str, ModuleSpec | None] = {}

    def find_spec(
        self, name: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        return ModuleSpec(name, self) if name in MOVED else None

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        module = importlib.import_module(MOVED[spec.name])
        self._specs[spec.name] = module.__spec__
        return module

    def exec_module(self, module: ModuleType) -> None:
        # The import system has just written the old name into it.
        asked = module.__spec__
        if asked is not None:
            module.__spec__ = self._specs.pop(asked.name)


def install() -> None:
    """Ask the table first."""
    if not any(isinstance(finder, _Mover) for finder in sys.meta_path):
        sys.meta_path.insert(0, _Mover())  # a folder that moved would be searched before it
