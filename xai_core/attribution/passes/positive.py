"""A call whose gradient is replaced by its own positive part."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor


class PositiveGradient(torch.autograd.Function):
    """`call(x)` forward; backward the positive part of what comes in, whatever `x` was."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, call: Callable[[Tensor], Tensor]) -> Tensor:
        """`call(x)`, which may have worked in place."""
        result = call(x)
        if result is x:
            ctx.mark_dirty(x)
        return result

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, None]:
        """The positive part; `call` has no gradient."""
        return gradients[0].clamp_min(0), None
