"""Which inner layers a score depends on."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from functools import partial
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from torch import Tensor, nn

    from xai_core.attribution.scorer import Scorer


def reached(scorer: Scorer, inputs: Tensor, names: Sequence[str]) -> set[str]:
    """Those of the layers `names` for whose output the gradient of the score is not zero.

    Takes a forward and a backward pass.
    """
    import torch

    from xai_core.attribution.passes.batch_norm import sound_batch_norm

    given: dict[str, Tensor] = {}
    with ExitStack() as hooks, torch.enable_grad():
        for name in names:
            layer = scorer.module.get_submodule(name)
            hooks.callback(layer.register_forward_hook(partial(_keep, given, name)).remove)
        score = sound_batch_norm(scorer(inputs.detach().requires_grad_(True)).sum())
    kept = [name for name in given if given[name].requires_grad]
    if not kept or not score.requires_grad:
        return set()
    found = torch.autograd.grad(score, [given[name] for name in kept], allow_unused=True)
    return {n for n, slope in zip(kept, found, strict=True) if slope is not None and slope.any()}


def _keep(given: dict[str, Tensor], name: str, layer: nn.Module, args: Any, output: Any) -> Any:
    import torch

    if not isinstance(output, torch.Tensor):
        return None
    given[name] = output
    return output.clone()  # later layers may work in place
