"""A file each; `CASES` lists what it writes."""

from __future__ import annotations

import importlib
import pkgutil

from tests.handover.case import Case
from xai_core.models.vision_libraries import make_importable

make_importable()


def cases() -> list[Case]:
    """Of all families, in the order of their files."""
    names = sorted(found.name for found in pkgutil.iter_modules(__path__))
    modules = (importlib.import_module(f"{__name__}.{name}") for name in names)
    return [case for module in modules for case in module.CASES]
