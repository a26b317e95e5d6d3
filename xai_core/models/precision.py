"""Models are run in float32, whatever numbers their file holds."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xai_core.base.finding import Finding

if TYPE_CHECKING:
    from torch import nn


class OwnPrecision:
    """The numbers that a module came with, for one that runs in no other precision."""

    def __init__(self, module: nn.Module) -> None:
        self._module = module
        held = [*module.parameters(), *module.buffers()]
        self._kinds = {str(t.dtype) for t in held if t.is_floating_point()} - {"torch.float32"}
        self._held = [
            (child._parameters if name in child._parameters else child._buffers, name, tensor.data)
            for child in module.modules()
            for name, tensor in (*child._parameters.items(), *child._buffers.items())
            if self._kinds and tensor is not None
        ]

    @property
    def other(self) -> bool:
        """It is not float32 alone."""
        return bool(self._kinds)

    def restore(self) -> Finding:
        """Put them back, where the module is; what is said of it."""
        for place, name, data in self._held:
            tensor = place[name]
            if tensor is not None:
                tensor.data = data.to(tensor.device)
        names = ", ".join(sorted(kind.removeprefix("torch.") for kind in self._kinds))
        return Finding(
            "precision-kept",
            "info",
            f"The file holds {names} numbers, and the model runs in no other precision; it is run "
            "as it is.",
            "Maps have that precision, too.",
        )


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
