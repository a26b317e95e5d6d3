"""torchvision, made importable where its compiled operators do not go with this torch."""

from __future__ import annotations

import contextlib
import importlib.util
from functools import cache, partial
from pathlib import Path
from typing import Any

NMS = "(Tensor dets, Tensor scores, float iou_threshold) -> Tensor"
ROI_ALIGN = (
    "(Tensor input, Tensor rois, float spatial_scale, SymInt pooled_height, SymInt pooled_width, "
    "int sampling_ratio, bool aligned) -> Tensor"
)
OPERATORS = {"nms": NMS, "qnms": NMS, "roi_align": ROI_ALIGN}
PLAIN = {"nms": ("CPU", "CUDA"), "roi_align": ("CompositeImplicitAutograd",)}
"""What is computed by plain torch, and where torch looks for it: `nms` has no gradient."""
_declared: list[Any] = []


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


def declared() -> bool:
    """Whether operators had to be declared here."""
    return bool(_declared)


def _plain(name: str, *args: Any) -> Any:
    from xai_core.base.vision import operators

    return getattr(operators, name)(*args)


def _has_operators(folder: Path) -> bool:
    import torch

    known: Any = torch.ops
    for compiled in folder.glob("_C.*"):
        with contextlib.suppress(OSError):
            known.load_library(str(compiled))
    return hasattr(known.torchvision, "nms")
