"""torchvision and timm, imported only where they are needed, beside any build of torch."""

from __future__ import annotations

import contextlib
import importlib
import importlib.util
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

from xai_core.base.errors import ModelError

LIBRARIES = ("torchvision", "timm")  # the second imports the first
OPERATORS = ("nms", "qnms")
SCHEMA = "(Tensor dets, Tensor scores, float iou_threshold) -> Tensor"
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
    of that part does not load beside a CPU build of torch. The declaration alone is enough for
    everything but detection. Nothing happens where the operators are there, or no torchvision.
    """
    import torch

    spec = importlib.util.find_spec("torchvision")
    if spec is None or spec.origin is None or _has_operators(Path(spec.origin).parent):
        return
    library: Any = torch.library.Library("torchvision", "FRAGMENT")  # type: ignore[no-untyped-call]
    for name in OPERATORS:
        library.define(f"{name}{SCHEMA}")
    _declared.append(library)  # a library that is let go takes its operators with it


def _has_operators(folder: Path) -> bool:
    import torch

    operators: Any = torch.ops
    for compiled in folder.glob("_C.*"):
        with contextlib.suppress(OSError):
            operators.load_library(str(compiled))
    return hasattr(operators.torchvision, OPERATORS[0])
