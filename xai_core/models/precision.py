"""Models are run in float32, whatever numbers their file holds."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xai_core.base.finding import Finding

if TYPE_CHECKING:
    from torch import nn


def to_float32(module: nn.Module) -> Finding | None:
    """Converts parameters and buffers in place; a finding where some were of another kind."""
    import torch

    tensors = [*module.parameters(), *module.buffers()]
    kinds = {t.dtype for t in tensors if t.is_floating_point() and t.dtype != torch.float32}
    if not kinds:
        return None
    module.float()
    names = ", ".join(sorted(str(kind).removeprefix("torch.") for kind in kinds))
    return Finding(
        "precision-changed",
        "info",
        f"The file holds {names} numbers; the model was converted to float32.",
        "Results can differ slightly from those of the original.",
    )
