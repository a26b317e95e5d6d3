"""Activations that give nothing on, whatever the input: dead ReLUs and saturated units."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from xai_core.attribution.forward import run
from xai_core.attribution.passes.calls import Calls, call_name
from xai_core.attribution.passes.rectifiers import FLOORS
from xai_core.base.errors import ModelError
from xai_core.base.finding import Finding
from xai_core.readiness.setting.score import same_draws
from xai_core.readiness.tracing import places
from xai_core.readiness.tracing.contexts import named_layers
from xai_core.readiness.tracing.places import Place

SATURATING = {"sigmoid": (0.0, 1.0), "softmax": (0.0, 1.0), "tanh": (-1.0, 1.0),
              "hardsigmoid": (0.0, 1.0), "hardtanh": None, "clamp": None, "clip": None}  # fmt: skip


@dataclass
class Activation:
    """One activation call. silent: its gradient was zero for every unit, on every input so far."""

    call: str
    place: Place | None
    layer: str | None
    silent: bool = True
    units: int = 0


def silent(module: nn.Module, inputs: Sequence[Tensor]) -> Finding | None:
    """The first activation through which no gradient passes on any input; None if there is none."""
    seen: list[Activation] = []
    for picture in inputs:
        try:
            _run(module, picture, seen)
        except ModelError:
            continue
    dead = next((one for one in seen if one.silent and one.units), None)
    return None if dead is None else _finding(dead)


def _run(module: nn.Module, inputs: Tensor, seen: list[Activation]) -> None:
    names: list[str] = []
    position = 0

    def handle(
        function: Callable[..., Any], args: tuple[Any, ...], kwargs: Mapping[str, Any]
    ) -> Any:
        nonlocal position
        call = call_name(function)
        watched = (call in FLOORS or call in SATURATING) and args and isinstance(args[0], Tensor)
        before = args[0].detach().clone() if watched and args[0].requires_grad else None
        result = function(*args, **kwargs)
        if before is None or not isinstance(result, Tensor):
            return result
        if position == len(seen):
            layer = names[-1] if names else None
            seen.append(Activation(call, places.caller(), layer, units=result.numel()))
        one = seen[position]
        one.silent = one.silent and one.call == call and not _passes(function, before, args, kwargs)
        position += 1
        return result

    leaf = inputs.detach().clone().requires_grad_(True)
    with torch.enable_grad(), same_draws(), named_layers(module, names), Calls(handle):
        run(module, leaf)


def _passes(
    function: Callable[..., Any], before: Tensor, args: tuple[Any, ...], kwargs: Mapping[str, Any]
) -> bool:
    """Whether a gradient passes through the call for any of its units."""
    leaf = before.requires_grad_(True)
    result = function(leaf.clone(), *args[1:], **kwargs)
    weights = torch.randn(result.shape, dtype=result.dtype, device=result.device)
    (gradient,) = torch.autograd.grad(result, leaf, weights, allow_unused=True)
    return gradient is not None and bool(gradient.any())


def _finding(one: Activation) -> Finding:
    place = one.place if one.place and one.place.own else None
    spot = f"In {place.where}, `{place.text}`: " if place else ""
    dead = one.call in FLOORS
    message = (
        f"{spot}all {one.units} units of this {one.call} are "
        f"{'dead (their inputs are below zero)' if dead else 'saturated'} on every input."
    )
    hint = (
        "Check weights and biases before it, and that inputs are scaled as in training."
        if dead
        else "Return the values before this step (logits)."
    )
    where = place.where if place else None
    return Finding("zero-gradient", "error", message, hint, where, one.layer)
