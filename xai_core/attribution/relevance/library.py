"""zennit, imported where it is first needed."""

from __future__ import annotations

import importlib
from types import ModuleType

from xai_core.base.errors import MethodError


def zennit(part: str) -> ModuleType:
    """A part of it, such as `rules`. Raises `MethodError` where it is not installed.

    Its import takes torchvision's, which needs its operators declared beside a CPU build of torch.
    """
    from xai_core.base.vision.importable import make_importable

    make_importable()
    try:
        return importlib.import_module(f"zennit.{part}")
    except ImportError as cause:
        raise MethodError(
            f"LRP is computed by zennit, which cannot be imported: {cause}",
            "Run `pip install zennit` with the version that requirements.txt names.",
        ) from cause
