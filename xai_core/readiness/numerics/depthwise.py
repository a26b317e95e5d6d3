"""Depthwise convolution in double precision: the same sum, without a call for every channel.

On the CPU torch has no kernel for it and makes a small matrix product a channel, which is most of
the time of a forward pass of a mobile network.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import torch
import torch.nn.functional as F  # noqa: N812 - its usual name
from torch import Tensor

from xai_core.methods.autograd.calls import Calls, call_name

Pair = int | tuple[int, ...] | list[int]


@contextmanager
def quick_depthwise() -> Iterator[None]:
    """Within the block depthwise convolutions sum over the places of their kernel.

    For passes without gradients.
    """
    with Calls(_handle):
        yield


def _handle(function: Callable[..., Any], args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Any:
    if call_name(function) == "conv2d":
        result = _summed(*args, **kwargs)
        if result is not None:
            return result
    return function(*args, **kwargs)


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
    (down, right), (rows, columns), apart = _pair(stride), _pair(padding), _pair(dilation)
    padded = F.pad(input, (columns, columns, rows, rows))
    sizes = [
        side - gap * (length - 1)
        for side, gap, length in zip(padded.shape[2:], apart, weight.shape[2:], strict=True)
    ]
    if min(sizes) < 1:
        return None
    places = [-(-size // step) for size, step in zip(sizes, (down, right), strict=True)]
    total = input.new_zeros(*input.shape[:2], *places)
    if bias is not None:
        total += bias.view(1, -1, 1, 1)
    for row in range(weight.shape[2]):
        for column in range(weight.shape[3]):
            top, left = row * apart[0], column * apart[1]
            part = padded[:, :, top : top + sizes[0] : down, left : left + sizes[1] : right]
            total.addcmul_(part, weight[:, 0, row, column].view(1, -1, 1, 1))
    return total


def _pair(value: Pair) -> tuple[int, int]:
    if isinstance(value, int):
        return value, value
    return value[0], value[-1]
