"""Depthwise convolution in double precision: the same sum, without a call for every channel.

On the CPU torch has no kernel for it and makes a small matrix product a channel, forward and
backward: most of the time of a mobile network, and several times as much where its threads wait
for each other in every one of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import lru_cache
from typing import Any

import torch
from torch import Tensor

from xai_core.attribution.passes.calls import Calls, call_name
from xai_core.readiness.numerics.kernel_places import Form

Pair = int | tuple[int, ...] | list[int]
SAME = 1e-12  # of what is added up: what the order of a sum may change


@contextmanager
def quick_depthwise() -> Iterator[None]:
    """Within the block depthwise convolutions sum over the places of their kernel.

    Each sum, and each gradient of one, is compared with torch's own on its first and its last
    channel; where they differ by more than rounding, torch computes all of them.
    """
    with Calls(_handle):
        yield


def _handle(function: Callable[..., Any], args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Any:
    if _is_convolution(function):
        result = _summed(*args, **kwargs)
        if result is not None:
            return result
    return function(*args, **kwargs)


@lru_cache(maxsize=1024)
def _is_convolution(function: Callable[..., Any]) -> bool:
    return call_name(function) == "conv2d"


def _summed(
    input: Tensor,  # noqa: A002 - torch calls it so, and so may the caller
    weight: Tensor,
    bias: Tensor | None = None,
    stride: Pair = 1,
    padding: Pair | str = 0,
    dilation: Pair = 1,
    groups: int = 1,
) -> Tensor | None:
    """`[B, C, H, W]` by `[C, 1, h, w]`; None for any other convolution."""
    plain = input.device.type == "cpu" and input.dtype == weight.dtype == torch.float64
    depthwise = 1 < groups == weight.shape[0] and weight.shape[1] == 1 and input.ndim == 4
    if not (plain and depthwise and groups == input.shape[1]) or isinstance(padding, str):
        return None
    learned = weight.requires_grad or (bias is not None and bias.requires_grad)
    if torch.is_grad_enabled() and learned:  # or computed from the input
        return None
    form = Form(_pair(stride), _pair(padding), _pair(dilation))
    if not form.fits(input, weight):
        return None
    total: Tensor = _Sum.apply(input, weight, bias, form)  # type: ignore[no-untyped-call]
    seen, kernel = _ends(input.detach()), weight.detach()[[0, -1]]
    theirs = _of_torch(seen, kernel, None if bias is None else bias.detach()[[0, -1]], form)
    return total if _same(_ends(total.detach()), theirs, seen, kernel) else None


class _Sum(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, input: Tensor, weight: Tensor, bias: Tensor | None, form: Form) -> Tensor:  # noqa: A002
        ctx.save_for_backward(input, weight)
        ctx.form = form
        return form.sum(input, weight, bias)

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor, None, None, None]:
        input, weight = ctx.saved_tensors  # noqa: A001
        found = ctx.form.slope(gradient, input.shape, weight)
        sent, kernel = _ends(gradient), weight[[0, -1]]
        theirs = _slope_of_torch(sent, _ends(input), kernel, ctx.form)
        if not _same(_ends(found), theirs, sent, kernel):
            found = _slope_of_torch(gradient, input, weight, ctx.form)
        return found, None, None, None


def _of_torch(input: Tensor, weight: Tensor, bias: Tensor | None, form: Form) -> Tensor:  # noqa: A002
    shape = (form.stride, form.padding, form.dilation, False, (0, 0), len(weight))
    return torch.ops.aten.convolution(input, weight, bias, *shape)


def _slope_of_torch(gradient: Tensor, input: Tensor, weight: Tensor, form: Form) -> Tensor:  # noqa: A002
    shape = (form.stride, form.padding, form.dilation, False, (0, 0), len(weight))
    of_input = [True, False, False]
    return torch.ops.aten.convolution_backward(gradient, input, weight, None, *shape, of_input)[0]


def _ends(channels: Tensor) -> Tensor:
    return channels[:, [0, -1]]


def _same(ours: Tensor, theirs: Tensor, seen: Tensor, kernel: Tensor) -> bool:
    """Up to rounding of numbers as large as those that are added up."""
    size = float(seen.abs().max() * kernel.abs().sum((1, 2, 3)).max()) + float(theirs.abs().max())
    return float((ours - theirs).abs().max()) <= SAME * size


def _pair(value: Pair) -> tuple[int, int]:
    if isinstance(value, int):
        return value, value
    return value[0], value[-1]
