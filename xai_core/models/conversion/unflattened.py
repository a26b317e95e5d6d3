"""An exported program as the tree of modules that it was exported from."""

from __future__ import annotations

import copy
import re
from typing import TYPE_CHECKING, Any

from xai_core.base.errors import ModelError, first_line

if TYPE_CHECKING:
    from torch import nn
    from torch.export import ExportedProgram

    from xai_core.models.conversion.graph_module import LayeredGraph

ORIGINAL = "Load the PyTorch model that it was exported from."
WORD = re.compile(r"[A-Za-z_]\w*")


def unflattened(program: ExportedProgram) -> nn.Module:
    """The program's layers under the names and kinds of the original, with tensors of their own.

    Raises:
        ModelError: the program does not say what it was made from.
    """
    import torch

    try:
        module: nn.Module = copy.deepcopy(torch.export.unflatten(program))
    except Exception as cause:  # it raises what it likes on programs it does not understand
        raise _failure(cause) from cause
    for child in module.modules():
        _name(child)
    return module


def flat(program: ExportedProgram) -> LayeredGraph:
    """The program's operations as layers, with tensors of their own.

    Raises:
        ModelError: the program cannot be run node by node.
    """
    from xai_core.models.conversion.graph_module import layered

    try:
        return layered(program.module())
    except Exception as cause:  # as above
        raise _failure(cause) from cause


def _name(child: Any) -> None:
    """Layers show as `Conv2d`: which of them only pass features on is told by their kind."""
    kind = str(getattr(child, "_ty", None) or "").rpartition(".")[2]
    if WORD.fullmatch(kind):
        child.__class__ = type(kind, (type(child),), {"__doc__": "Part of an exported program."})


def _failure(cause: Exception) -> ModelError:
    return ModelError(
        f"The program cannot be taken apart: {type(cause).__name__}: {first_line(cause)}",
        ORIGINAL,
        code="layers-hidden",
    )
