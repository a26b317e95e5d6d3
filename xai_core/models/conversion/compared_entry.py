"""The entry of an output that a conversion is compared in, and what a module gives for it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from torch import Tensor, nn


def path_of(module: nn.Module, at: Tensor) -> str:
    """Of the entry that is compared: the one that is explained."""
    from xai_core.attribution.passes.lineage import observed
    from xai_core.targets import main_output

    return main_output(_run(observed(module), at))[0]


def main_entry(module: nn.Module, at: Tensor, path: str) -> Tensor:
    """Float64, on the CPU."""
    from xai_core.targets.outputs import entry_at

    return entry_at(_run(module, at), path).detach().double().cpu()


def _run(module: Callable[[Tensor], Any], at: Tensor) -> Any:
    import torch

    from xai_core.attribution.forward import run
    from xai_core.readiness.setting.score import same_draws

    with torch.no_grad(), same_draws():
        return run(module, at)
