"""torchvision and timm, imported only where they are needed, beside any build of torch."""

from __future__ import annotations

import importlib
from types import ModuleType
from typing import Any

from xai_core.base.errors import ModelError
from xai_core.base.vision.importable import declared
from xai_core.base.vision.importable import make_importable as make_importable

LIBRARIES = ("torchvision", "timm")  # the second imports the first


def vision_library(name: str) -> ModuleType:
    """The module `name` of one of `LIBRARIES`, or of a part of it (`torchvision.models`).

    Raises:
        ModelError: `missing-code`, the library is not installed or cannot be imported.
    """
    library = name.partition(".")[0]
    make_importable()
    try:
        return importlib.import_module(name)
    except (ImportError, RuntimeError) as cause:
        raise ModelError(
            f"This model needs {library}, which cannot be imported: {cause}",
            f"Run `pip install {library}` with the version that requirements.txt names.",
            code="missing-code",
            missing=[library],
        ) from cause


def make_detectors_run() -> None:
    """Let torchvision's detectors call the operators that were declared here, once it is imported.

    It calls none as long as it believes that it has no compiled part.
    """
    import sys

    extension: Any = sys.modules.get("torchvision.extension")
    if not declared() or extension is None or extension._has_ops():
        return
    extension._has_ops = lambda: True
    for name in ("torchvision.ops.roi_align", "torchvision.ops.poolers"):
        module: Any = sys.modules.get(name)
        if module is not None and hasattr(module, "_has_ops"):
            module._has_ops = extension._has_ops
