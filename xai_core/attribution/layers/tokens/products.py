"""Linear layers on tokens, whose backward pass is short where all tokens get the same gradient."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import torch
from torch import Tensor

from xai_core.attribution.passes.calls import call_name


class TokenProducts:
    """The linear layers of one pass; hand `watch` to `Calls`."""

    def watch(self, function: Callable[..., Any], args: Any, kwargs: Mapping[str, Any]) -> Any:
        """Make one call."""
        if call_name(function) != "linear" or kwargs or len(args) < 2:
            return function(*args, **kwargs)
        given, weight = args[0], args[1]
        if not (isinstance(given, Tensor) and given.ndim == 3 and given.requires_grad):
            return function(*args, **kwargs)
        bias = args[2] if len(args) > 2 else None
        return _Linear.apply(function, given, weight, bias)  # type: ignore[no-untyped-call]


class _Linear(torch.autograd.Function):
    """y = x Wᵀ + b of `[B, N, D]`, differentiable by x alone."""

    @staticmethod
    def forward(
        ctx: Any, function: Callable[..., Tensor], given: Tensor, weight: Tensor, bias: Any
    ) -> Tensor:
        ctx.save_for_backward(weight)
        return function(given, weight, bias)

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> Any:
        (weight,), slope = ctx.saved_tensors, gradients[0]
        # Of a mean over tokens the gradient is that of one token, in as many places.
        alike = slope.shape[1] > 1 and slope.stride(1) == 0
        found = (slope[:, :1] if alike else slope) @ weight
        return None, found.expand(*slope.shape[:2], -1), None, None
