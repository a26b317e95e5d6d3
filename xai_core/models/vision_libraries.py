"""torchvision and timm, imported only where they are needed, beside any build of torch."""

from __future__ import annotations

import contextlib
import importlib
import importlib.util
from functools import cache, partial
from pathlib import Path
from types import ModuleType
from typing import Any

from xai_core.base.errors import ModelError

LIBRARIES = ("torchvision", "timm")  # the second imports the first
NMS = "(Tensor dets, Tensor scores, float iou_threshold) -> Tensor"
ROI_ALIGN = (
    "(Tensor input, Tensor rois, float spatial_scale, SymInt pooled_height, SymInt pooled_width, "
    "int sampling_ratio, bool aligned) -> Tensor"
)
OPERATORS = {"nms": NMS, "qnms": NMS, "roi_align": ROI_ALIGN}
PLAIN = {"nms": ("CPU", "CUDA"), "roi_align": ("CompositeImplicitAutograd",)}
"""What is computed by plain torch, and where torch looks for it: `nms` has no gradient."""
_declared: list[Any] = []


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


@cache
def make_importable() -> None:
    """Let torchvision be imported where its compiled operators do not go with this torch.

    Its import asks for the operator `nms`, which only its compiled part declares; PyPI's build
    of that part does not load beside a CPU build of torch. Those that detectors call are declared
    here and computed by plain torch. Nothing happens where they are there, or no torchvision.
    """
    import torch

    spec = importlib.util.find_spec("torchvision")
    if spec is None or spec.origin is None or _has_operators(Path(spec.origin).parent):
        return
    library: Any = torch.library.Library("torchvision", "FRAGMENT")  # type: ignore[no-untyped-call]
    for name, schema in OPERATORS.items():
        library.define(f"{name}{schema}")
    for name, keys in PLAIN.items():
        for key in keys:
            library.impl(name, partial(_plain, name), key)
    _declared.append(library)  # a library that is let go takes its operators with it


def make_detectors_run() -> None:
    """Let torchvision's detectors call the operators that were declared here, once it is imported.

    It calls none as long as it believes that it has no compiled part.
    """
    import sys

    extension: Any = sys.modules.get("torchvision.extension")
    if not _declared or extension is None or extension._has_ops():
        return
    extension._has_ops = lambda: True
    for name in ("torchvision.ops.roi_align", "torchvision.ops.poolers"):
        module: Any = sys.modules.get(name)
        if module is not None and hasattr(module, "_has_ops"):
            module._has_ops = extension._has_ops


def _plain(name: str, *args: Any) -> Any:
    from xai_core.models import vision_operators

    return getattr(vision_operators, name)(*args)


def _has_operators(folder: Path) -> bool:
    import torch

    operators: Any = torch.ops
    for compiled in folder.glob("_C.*"):
        with contextlib.suppress(OSError):
            operators.load_library(str(compiled))
    return hasattr(operators.torchvision, "nms")
