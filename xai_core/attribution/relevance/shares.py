"""How relevance passes what is no convolution and no linear layer: sums, gates, activations.

Each is a torch call, from a layer or a function alike, and gets a backward pass that hands on
relevance in place of a gradient:

* a **sum** (of two branches, over places, an average, an interpolation) shares it out by what each
  part added: x · R / Σ x (the rule of zennit's `Norm`);
* an **activation**, a normalisation or a constant factor lets it through as it is (`Pass`);
* of a **product** the signal takes all and the gate nothing (Arras et al. 2017, arXiv 1706.07206);
  the signal is the larger one, and two of one size take half each.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any

import torch
from torch import Tensor

from xai_core.attribution.passes.calls import call_name, on_copy, written_over
from xai_core.attribution.relevance.call_names import PASSED, PRODUCTS, QUOTIENTS, SUMS, TERMS

HANDLED = PASSED | SUMS | PRODUCTS | QUOTIENTS | TERMS
STABLE = 1e-6  # zennit's stabiliser
Slots = dict[Any, Any]


class Shares:
    """What is done to the calls of one pass; hand `watch` to `Calls`.

    Attributes:
        told: how often each kind was met: `sums`, `gates`.
    """

    def __init__(self) -> None:
        self.told: Counter[str] = Counter()

    def watch(self, function: Callable[..., Any], args: Any, kwargs: Mapping[str, Any]) -> Any:
        """Make one call."""
        name = call_name(function)
        slots: Slots = {**dict(enumerate(args)), **kwargs}
        variable = [key for key, value in slots.items() if differentiable(value)]
        if not variable:
            return function(*args, **kwargs)
        if name not in HANDLED:
            return function(*args, **kwargs)
        over = written_over(function, args, kwargs)
        made = function if over is None else on_copy(function)
        call = _call(made, slots, len(args), variable)
        given = [slots[key] for key in variable]
        if name not in PASSED:  # what shares its result out keeps what went in
            given = [one.clone() if one is over else one for one in given]
        found = self._of_kind(name, call, given)
        return found if over is None else over.copy_(found)

    def _of_kind(self, name: str, call: Callable[..., Tensor], given: list[Tensor]) -> Tensor:
        if name in PRODUCTS or name in QUOTIENTS:
            return self._product(call, given)
        if name in PASSED or (name in TERMS and len(given) == 1):
            return _passed(call, given)
        self.told["sums"] += len(given) > 1
        found: Tensor = _Shared.apply(call, *given)  # type: ignore[no-untyped-call]
        return found

    def _product(self, call: Callable[..., Tensor], given: list[Tensor]) -> Tensor:
        if len(given) == 1:
            return _passed(call, given)
        self.told["gates"] += 1
        first, second = given
        if first.shape == second.shape:
            return _Passed.apply(call, *given)  # type: ignore[no-untyped-call]
        if first.numel() > second.numel():
            return _passed(lambda x: call(x, second.detach()), [first])
        return _passed(lambda x: call(first.detach(), x), [second])


def _passed(call: Callable[..., Tensor], given: list[Tensor]) -> Tensor:
    """Relevance as it is, where the result has the shape of what went in; else the gradient."""
    first, more = given[0], given[1:]
    result = _Passed.apply(lambda x: call(x, *more), first)  # type: ignore[no-untyped-call]
    return result if result.shape == first.shape else call(*given)


class _Passed(torch.autograd.Function):
    """A call whose inputs share the relevance of its result alike."""

    @staticmethod
    def forward(ctx: Any, call: Callable[..., Tensor], *given: Tensor) -> Tensor:
        ctx.count = len(given)
        result = call(*given)
        return result.clone() if any(result is one for one in given) else result

    @staticmethod
    def backward(ctx: Any, *relevance: Tensor) -> Any:
        if ctx.count == 1:
            return None, relevance[0]
        return None, *(relevance[0] / ctx.count for _ in range(ctx.count))


class _Shared(torch.autograd.Function):
    """A sum whose parts share the relevance of its result by what they added."""

    @staticmethod
    def forward(ctx: Any, call: Callable[..., Tensor], *given: Tensor) -> Tensor:
        ctx.call = call
        ctx.save_for_backward(*given)
        result = call(*given)
        return result.clone() if any(result is one for one in given) else result

    @staticmethod
    def backward(ctx: Any, *relevance: Tensor) -> Any:
        with torch.enable_grad():
            leaves = [one.detach().requires_grad_(True) for one in ctx.saved_tensors]
            total = ctx.call(*leaves)
            shares = torch.autograd.grad(total, leaves, relevance[0] / stable(total.detach()))
        return None, *(one.detach() * share for one, share in zip(leaves, shares, strict=True))


def stable(total: Tensor) -> Tensor:
    """Away from zero by `STABLE`, in its own direction."""
    return total + STABLE * torch.where(total < 0, -1.0, 1.0).to(total)


def _call(
    function: Callable[..., Any], slots: Slots, positional: int, variable: list[Any]
) -> Callable[..., Tensor]:
    # A tensor that is written over would hold the graph that holds this.
    fixed = {key: value for key, value in slots.items() if key not in variable}

    def call(*tensors: Tensor) -> Tensor:
        given = {**fixed, **dict(zip(variable, tensors, strict=True))}
        ordered = [given.pop(number) for number in range(positional)]
        found: Tensor = function(*ordered, **given)
        return found

    return call


def differentiable(value: Any) -> bool:
    """Whether it is a tensor through which relevance may pass."""
    return isinstance(value, Tensor) and value.is_floating_point() and value.requires_grad
