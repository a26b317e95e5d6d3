"""Hooks that change gradients on their way back."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from xai_core.base.errors import ModelError
from xai_core.base.finding import Finding
from xai_core.readiness.tracing.influence import trace


def gradient_hooks(module: nn.Module, inputs: Tensor) -> Finding | None:
    """The first hook on a tensor or layer that may change gradients; None where there is none."""
    try:
        hooks = trace(module, inputs).watch.hooks
    except ModelError:
        return None
    hint = "Remove the hook. If it is meant to be so, explain anyway."
    if hooks:
        place = hooks[0]
        message = f"In {place.where}, `{place.text}`: a hook changes the gradient."
        return Finding("gradient-mismatch", "error", message, hint, place.where)
    for name, layer in module.named_modules():
        if isinstance(layer, torch.jit.ScriptModule):
            continue
        if layer._backward_hooks or layer._backward_pre_hooks:
            message = f"A backward hook on the layer {name or 'itself'} may change the gradient."
            return Finding("gradient-mismatch", "error", message, hint, None, name or None)
    return None
