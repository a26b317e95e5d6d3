"""Multipliers of DeepLIFT: the slope from a baseline to the picture in place of the gradient.

Captum sets them by hooks on layers, so that an activation that is called as a function keeps its
gradient, and a layer that runs twice its last values (captum issue 1082): the map is wrong and
nothing says so. Here every torch call of the pass is seen, from layers and functions alike.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import torch
from torch import Tensor

from xai_core.attribution.passes.calls import call_name, written_over
from xai_core.base.errors import MethodError

FLAT = 1e-10  # of Captum: below this difference the gradient is the slope; half precision has more
ACTIVATIONS = frozenset(
    [
        *("relu", "relu6", "silu", "gelu", "elu", "celu", "selu", "mish", "leaky_relu", "prelu"),
        *("hardtanh", "hardswish", "hardsigmoid", "softplus", "softsign", "tanh", "sigmoid"),
        *("logsigmoid", "tanhshrink", "softshrink", "hardshrink", "threshold", "clamp", "exp"),
        *("clamp_min", "clip", "square", "sqrt", "rsqrt", "log", "reciprocal"),
        *("rdiv", "pow", "abs"),
    ]
)
POOLS = frozenset(f"{kind}max_pool{axes}d" for kind in ("", "adaptive_") for axes in (1, 2, 3))
PRODUCTS = frozenset(["mul", "multiply"])


class Baseline:
    """What went into each call on the baseline, in the order of the calls."""

    def __init__(self) -> None:
        self.seen: list[tuple[str, list[Tensor]]] = []

    def watch(self, function: Callable[..., Any], args: Any, kwargs: Mapping[str, Any]) -> Any:
        """Make one call of the pass on the baseline."""
        name = call_name(function)
        variable = _variable(name, args, kwargs)
        if variable:
            self.seen.append(
                (name, [_value(args, kwargs, key).detach().clone() for key in variable])
            )
        return function(*args, **kwargs)


class Secants:
    """The pass on the picture. functions: how many activations ran that are no layer of torch's."""

    def __init__(self, baseline: Baseline) -> None:
        self._left = iter(baseline.seen)

    def watch(self, function: Callable[..., Any], args: Any, kwargs: Mapping[str, Any]) -> Any:
        """Make one call of the pass on the picture."""
        name = call_name(function)
        variable = _variable(name, args, kwargs)
        if not variable:
            return function(*args, **kwargs)
        given = [_value(args, kwargs, key) for key in variable]
        before, start = next(self._left, ("", []))
        if before != name or [one.shape for one in start] != [one.shape for one in given]:
            raise MethodError(
                "On the baseline the model takes another way than on the picture, so that its "
                "activations cannot be compared.",
                "Choose Integrated Gradients.",
                code="no-gradient",
            )
        over = written_over(function, args, kwargs)
        if name in PRODUCTS:
            kept = [one.clone() if one is over else one for one in given]
            found = _Product.apply(*kept, *start)  # type: ignore[no-untyped-call]
        else:
            rule = _Maximum if name in POOLS else _Secant
            call = _call(function, args, kwargs, variable[0])
            found = rule.apply(call, given[0], start[0])  # type: ignore[no-untyped-call]
        return found if over is None else over.copy_(found)


class _Secant(torch.autograd.Function):
    """Δy / Δx of one call on each value; where both ends are alike, its slope there.

    x0: written over.
    """

    @staticmethod
    def forward(ctx: Any, call: Callable[[Tensor], Tensor], x: Tensor, x0: Tensor) -> Any:
        y, apart = call(x.clone()), x - x0
        slope, flat = (y - call(x0)).div_(apart), _flat(apart)
        if flat.any():
            slope = torch.where(flat, _slope(call, x), slope)
        ctx.save_for_backward(slope)
        return y

    @staticmethod
    def backward(ctx: Any, *slopes: Tensor) -> Any:
        return None, slopes[0] * ctx.saved_tensors[0], None


class _Maximum(torch.autograd.Function):
    """Of a maximum, as Captum has it: what the larger of both ends is above the baseline's goes to
    where the picture has its maximum, the rest to where the baseline has its.
    """

    @staticmethod
    def forward(ctx: Any, call: Callable[[Tensor], Tensor], x: Tensor, x0: Tensor) -> Any:
        with torch.enable_grad():
            leaf, leaf0 = (one.detach().requires_grad_(True) for one in (x, x0))
            y, y0 = call(leaf), call(leaf0)
        top = torch.maximum(y, y0).detach()
        ctx.ends = (leaf, y, top - y0.detach()), (leaf0, y0, y.detach() - top)
        return y.detach().clone()

    @staticmethod
    def backward(ctx: Any, *slopes: Tensor) -> Any:
        (leaf, y, up), (leaf0, y0, down) = ctx.ends
        how: dict[str, Any] = {"retain_graph": True}
        (risen,) = torch.autograd.grad(y, leaf, slopes[0] * up, **how)
        (fallen,) = torch.autograd.grad(y0, leaf0, slopes[0] * down, **how)
        apart = leaf.detach() - leaf0.detach()
        found, flat = risen.add_(fallen).div_(apart), _flat(apart)
        if flat.any():
            (plain,) = torch.autograd.grad(y, leaf, slopes[0], **how)
            found = torch.where(flat, plain, found)
        return None, found, None


def _flat(apart: Tensor) -> Tensor:
    """Where two ends are alike. apart: written over."""
    return apart.abs_() < max(FLAT, torch.finfo(apart.dtype).tiny)


def _slope(call: Callable[[Tensor], Tensor], x: Tensor) -> Tensor:
    """Of a call that gives each value by itself."""
    with torch.enable_grad():
        leaf = x.detach().requires_grad_(True)
        (found,) = torch.autograd.grad(call(leaf.clone()).sum(), leaf)
    return found


class _Product(torch.autograd.Function):
    """Of x·y the mean of the other factor at both ends, which adds up to Δ(x·y)."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, y: Tensor, x0: Tensor, y0: Tensor) -> Any:
        ctx.save_for_backward(x, y, x0, y0)
        return x * y

    @staticmethod
    def backward(ctx: Any, *slopes: Tensor) -> Any:
        x, y, x0, y0 = ctx.saved_tensors
        of_x, of_y = slopes[0] * (y + y0) / 2, slopes[0] * (x + x0) / 2
        return of_x.sum_to_size(x.shape), of_y.sum_to_size(y.shape), None, None


def _variable(name: str, args: Any, kwargs: Mapping[str, Any]) -> list[Any]:
    """Where the call keeps what depends on the picture; nothing for one that has no rule."""
    found = [
        key
        for key, value in (*enumerate(args), *kwargs.items())
        if isinstance(value, Tensor) and value.requires_grad
    ]
    if name in ACTIVATIONS or name in POOLS:
        return found if len(found) == 1 else []
    return found if name in PRODUCTS and len(found) == 2 else []


def _value(args: Any, kwargs: Mapping[str, Any], key: Any) -> Tensor:
    value: Tensor = kwargs[key] if isinstance(key, str) else args[key]
    return value


def _call(
    function: Callable[..., Any], args: Any, kwargs: Mapping[str, Any], key: Any
) -> Callable[[Tensor], Tensor]:
    def call(x: Tensor) -> Tensor:
        ordered = [x if number == key else value for number, value in enumerate(args)]
        found: Tensor = function(*ordered, **{**kwargs, **({key: x} if key in kwargs else {})})
        return found

    return call
