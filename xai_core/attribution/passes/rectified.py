"""A convolution and the rectifier behind it in one kernel of oneDNN, on the CPU.

What the rectifier reads is then never written: a pass in less time and memory. The kernel makes 0
of NaN, where a rectifier keeps it, so it is only for inputs of a known norm, for which no sum can
overflow: for these it gives the same to the last bit.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import sqrt
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional
from torch.overrides import handle_torch_function, has_torch_function_unary

from xai_core.attribution.passes.calls import call_name

SAFE = 1e30  # float32 ends at 3e38
HARDTANH = {"min_val": -1.0, "max_val": 1.0}


@dataclass(frozen=True)
class Rectifier:
    """max(x, 0), and min(x, ceiling) where there is one."""

    ceiling: float | None = None

    def of(self, x: Tensor) -> Tensor:
        """As torch computes it."""
        if self.ceiling is None:
            return functional.relu(x)
        return functional.hardtanh(x, 0.0, self.ceiling)

    def slope(self, gradient: Tensor, y: Tensor) -> Tensor:
        """The gradient for what gave `y`: 0 at both ends."""
        if self.ceiling is None:
            return torch.ops.aten.threshold_backward(gradient, y, 0.0)
        return torch.ops.aten.hardtanh_backward(gradient, y, 0.0, self.ceiling)

    @property
    def kernel(self) -> tuple[str, list[float]]:
        """As oneDNN has it."""
        return ("relu", []) if self.ceiling is None else ("hardtanh", [0.0, self.ceiling])


def rectifier_of(
    function: Callable[..., Any], args: tuple[Any, ...], kwargs: Mapping[str, Any]
) -> tuple[Any, Rectifier] | None:
    """The input and the rectifier of such a call; None for any other call.

    Not of `clamp`, whose gradient at its ends is 1.
    """
    name = call_name(function)
    if name not in ("relu", "relu6", "hardtanh"):
        return None
    given = {**HARDTANH, **dict(zip(("input", *HARDTANH), args, strict=False)), **kwargs}
    if name == "hardtanh" and (given["min_val"] != 0 or given["max_val"] <= 0):
        return None
    ceilings = {"relu": None, "relu6": 6.0}
    return given["input"], Rectifier(ceilings.get(name, given["max_val"]))


def fits(convolution: Mapping[str, Any]) -> bool:
    """Whether there is a kernel for the arguments of a `conv2d`, all by name."""
    numbers = [one for one in map(convolution.get, ("input", "weight", "bias")) if one is not None]
    with torch._C.DisableTorchFunction():
        return bool(
            torch.backends.mkldnn.is_available()  # type: ignore[no-untyped-call]
            and torch.backends.mkldnn.enabled
            and not isinstance(convolution["padding"], str)
            and all(one.dtype == torch.float32 and one.device.type == "cpu" for one in numbers)
            and numbers[0].ndim == 4
            and not any(one.requires_grad for one in numbers[1:])
            and not torch.is_autocast_enabled("cpu")
        )


def rectified(
    convolution: Mapping[str, Any], rectifier: Rectifier, norm: float | None
) -> tuple[Tensor, float] | None:
    """What the rectifier gives behind the convolution, and the most that its norm can be.

    None where a number may be none (NaN), or a sum overflow: by the inequality of Cauchy and
    Schwarz, none is larger than the norm of the input times that of the kernel, plus the bias.

    Args:
        convolution: the arguments of a `conv2d` that `fits`.
        norm: the most that the Euclidean norm of the input can be; None where it is not known.
    """
    x, weight, bias = (convolution[name] for name in ("input", "weight", "bias"))
    with torch._C.DisableTorchFunction():
        gain = float(torch.linalg.vector_norm(weight, dim=(1, 2, 3)).max())
        shift = 0.0 if bias is None else float(torch.linalg.vector_norm(bias))
    if norm is None or not norm * gain + shift < SAFE:
        norm = euclidean(x)
    most = norm * gain + shift
    if not most < SAFE:
        return None
    places = (_pair(convolution[name]) for name in ("padding", "stride", "dilation"))
    numbers = (weight, bias, *places, convolution["groups"])
    if torch.is_grad_enabled() and x.requires_grad:
        result = RectifiedConvolution.apply(x, rectifier, *numbers)  # type: ignore[no-untyped-call]
    else:
        result = _forward(x, rectifier, *numbers)
    ends = [end for end in (most, rectifier.ceiling) if end is not None]
    return result, min(ends) * sqrt(result.numel())


class RectifiedConvolution(torch.autograd.Function):
    """With the gradient to its input alone."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, rectifier: Rectifier, *numbers: Any) -> Tensor:
        """`rectifier(convolution(x))`; numbers: weight, bias, padding, stride, dilation, groups."""
        result = _forward(x, rectifier, *numbers)
        weight, _, *ctx.places = numbers
        ctx.rectifier = rectifier
        ctx.save_for_backward(x, weight, result)
        return result

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor | None, ...]:
        """To the input."""
        x, weight, result = ctx.saved_tensors
        padding, stride, dilation, groups = ctx.places
        found = torch.ops.aten.convolution_backward(
            ctx.rectifier.slope(gradients[0], result),
            *(x, weight, None, stride, padding, dilation, False, (0, 0), groups),
            (True, False, False),
        )
        return found[0], *[None] * 7


def _forward(
    x: Tensor,
    rectifier: Rectifier,
    weight: Tensor,
    bias: Tensor | None,
    padding: list[int],
    stride: list[int],
    dilation: list[int],
    groups: int,
) -> Tensor:
    kernel, scalars = rectifier.kernel
    return torch.ops.mkldnn._convolution_pointwise(
        x, weight, bias, padding, stride, dilation, groups, kernel, scalars, ""
    )


def euclidean(numbers: Tensor) -> float:
    """Their Euclidean norm; NaN where one is. Who watches torch calls sees it as one of them."""
    if has_torch_function_unary(numbers):
        return float(handle_torch_function(euclidean, (numbers,), numbers))
    with torch.no_grad():
        return float(torch.linalg.vector_norm(numbers))


def _pair(value: Any) -> list[int]:
    numbers = list(value) if isinstance(value, (tuple, list)) else [value]
    return [numbers[0], numbers[-1]]
