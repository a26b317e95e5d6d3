"""The layer at which the graph ends, where no call was seen that ends it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from xai_core.attribution.forward import run
from xai_core.base.errors import ModelError
from xai_core.base.finding import Finding
from xai_core.readiness.setting.score import same_draws
from xai_core.readiness.tracing.cuts import tensors


def stopping_layer(module: nn.Module, inputs: Tensor) -> Finding | None:
    """The innermost layer that a gradient reaches from behind and that does not pass it on.

    Compiled layers (TorchScript, quantised) make their calls out of sight.
    """
    passages: list[_Passage] = []
    handles = [
        child.register_forward_hook(_watch(name, passages))
        for name, child in module.named_modules()
        if name and not isinstance(child, torch.jit.ScriptModule)
    ]
    leaf = inputs.detach().clone().requires_grad_(True)
    try:
        with torch.enable_grad(), same_draws():
            scores = [one.sum() for one in tensors(run(module, leaf)) if one.requires_grad]
            if scores:
                torch.autograd.grad(sum(scores[1:], scores[0]), leaf, allow_unused=True)
    except (ModelError, RuntimeError):
        return None
    finally:
        for handle in handles:
            handle.remove()
    stopped = [one for one in passages if one.entered and not one.passed]
    return _finding(stopped[0].name, stopped[0].kind) if stopped else None


@dataclass
class _Passage:
    """Whether a gradient entered a layer at its output, and left it at its input."""

    name: str
    kind: str
    entered: bool = False
    passed: bool = False


def _watch(name: str, passages: list[_Passage]) -> Any:
    def hook(layer: nn.Module, given: Any, output: Any) -> None:
        sources = [tensor for tensor in tensors(given) if tensor.requires_grad]
        results = list(tensors(output))
        if not sources or not results:
            return
        one = _Passage(name, type(layer).__name__)
        one.entered = not any(tensor.requires_grad for tensor in results)
        passages.append(one)
        for tensors_, field in ((sources, "passed"), (results, "entered")):
            for tensor in tensors_:
                if tensor.requires_grad:
                    tensor.register_hook(_mark(one, field))  # type: ignore[no-untyped-call]

    return hook


def _mark(one: _Passage, field: str) -> Any:
    def mark(gradient: Tensor | None) -> None:
        if gradient is not None:
            setattr(one, field, True)

    return mark


def _finding(name: str, kind: str) -> Finding:
    message = f"It ends in the layer {name} ({kind}), which gives on values without a gradient."
    hint = "Replace this layer by one with a gradient: a quantised one by the original."
    return Finding("no-gradient", "error", message, hint, None, name)
