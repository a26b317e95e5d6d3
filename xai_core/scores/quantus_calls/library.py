"""Quantus itself, imported where it is first needed."""

from __future__ import annotations

import importlib
import importlib.util
from functools import cache
from typing import Any


@cache
def quantus() -> Any:
    """The module. Takes seconds the first time.

    It imports zennit where that is installed, and zennit torchvision, which beside a CPU build of
    torch is importable only with its operators declared.
    """
    from xai_core.base.vision.importable import make_importable

    if importlib.util.find_spec("zennit") is not None:
        make_importable()
    return importlib.import_module("quantus")
