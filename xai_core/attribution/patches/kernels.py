"""Convolutions and poolings of a rectangle: it grows by as far as the kernel reaches.

A kernel that spans k places (dilation counted), with stride s and padding p, lets the input rows a
to b touch the output rows ⌈(a + p − k + 1)/s⌉ to ⌊(b + p)/s⌋, and only those.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional

from xai_core.attribution.passes.padding import convolution_of, padding_of
from xai_core.attribution.patches.patched import Corner, Patched
from xai_core.attribution.patches.patched_call import PatchedCall

WORTH = 0.75  # of the area: above it the rest costs less than cutting out does
POOL = ("input", "kernel_size", "stride", "padding", "dilation", "ceil_mode", "return_indices")


def padding(call: PatchedCall) -> Patched | None:
    """Zeros around everything."""
    found = padding_of(call.function, call.args, call.kwargs)
    if found is None:
        return None
    one, sides = call.patched[0], found[1]
    corners = [(top + sides.top, left + sides.left) for top, left in one.corners]
    return Patched(call.base_output(), one.values, corners)


def convolution(call: PatchedCall) -> Patched | None:
    """A convolution over two axes."""
    given = convolution_of(call.function, call.args, call.kwargs)
    if given is None or isinstance(given["padding"], str) or not _reads_one(call, given["input"]):
        return None
    cut = Cut.of(given["weight"].shape[2:], given)
    plain = {**given, "padding": 0}
    return cut.through(call, lambda values: call.function(**{**plain, "input": values}), 0.0)


def rectified_convolution(call: PatchedCall) -> Patched | None:
    """The same with a rectifier behind it (`autograd.rectified`)."""
    _, weight, bias, padding, stride, dilation, *more = call.args
    cut = Cut.of(weight.shape[2:], {"padding": padding, "stride": stride, "dilation": dilation})
    numbers = (weight, bias, [0, 0], stride, dilation, *more)
    return cut.through(call, lambda values: call.function(values, *numbers), 0.0)


def max_pool(call: PatchedCall) -> Patched | None:
    """The largest value of a window."""
    defaults = {"stride": None, "padding": 0, "dilation": 1, "ceil_mode": False}
    names = dict(zip(POOL, call.args, strict=False))
    given = {**defaults, "return_indices": False, **names, **call.kwargs}
    if given["ceil_mode"] or given["return_indices"] or not _reads_one(call, given["input"]):
        return None
    given["stride"] = given["stride"] or given["kernel_size"]
    kernel, stride, dilation = given["kernel_size"], given["stride"], given["dilation"]
    cut = Cut.of(_pair(kernel), given)

    def pool(values: Tensor) -> Tensor:
        return functional.max_pool2d(values, kernel, stride, 0, dilation)

    return cut.through(call, pool, -torch.inf)


@dataclass(frozen=True)
class Cut:
    """Where the kernel of a convolution or a pooling looks: down and across."""

    spans: Corner
    stride: Corner
    padding: Corner

    @staticmethod
    def of(kernel: Sequence[int], given: Mapping[str, Any]) -> Cut:
        """Out of the arguments of such a call."""
        dilation = _pair(given["dilation"])
        spans = tuple((k - 1) * d + 1 for k, d in zip(kernel, dilation, strict=True))
        return Cut((spans[0], spans[1]), _pair(given["stride"]), _pair(given["padding"]))

    def through(
        self, call: PatchedCall, function: Callable[[Tensor], Tensor], border: float
    ) -> Patched | None:
        """What `function`, which does not pad, gives around the rectangle."""
        (one,) = call.patched
        down, across = self.padding
        sides = (across, across, down, down)
        padded = call.base(lambda: functional.pad(one.base, sides, value=border), "padded")
        base = call.base_output()
        reached = [self._reached(one, base, axis) for axis in (0, 1)]
        size = (reached[0][1], reached[1][1])
        if min(size) < 1 or size[0] * size[1] >= WORTH * base.shape[2] * base.shape[3]:
            return None
        corners = list(zip(*(starts for starts, _ in reached), strict=True))
        starts = [(y * self.stride[0], x * self.stride[1]) for y, x in corners]
        seen = tuple((size[i] - 1) * self.stride[i] + self.spans[i] for i in (0, 1))
        windows = one.windows(padded, starts, (seen[0], seen[1]), self.padding)
        return Patched(base, function(windows), corners)

    def _reached(self, one: Patched, base: Tensor, axis: int) -> tuple[list[int], int]:
        """First row (or column) of the output that differs, for each sample, and how many do."""
        span, stride, padding = self.spans[axis], self.stride[axis], self.padding[axis]
        length, side = base.shape[2 + axis], one.sides[axis]
        first = [-(-(at[axis] + padding - span + 1) // stride) for at in one.corners]
        last = [(at[axis] + side - 1 + padding) // stride for at in one.corners]
        first = [max(0, start) for start in first]
        ends = zip(first, last, strict=True)
        size = max(min(length - 1, end) - start + 1 for start, end in ends)
        return [min(start, length - size) for start in first], size


def _reads_one(call: PatchedCall, inputs: Any) -> bool:
    return len(call.patched) == 1 and call.of(inputs) is not None


def _pair(value: Any) -> Corner:
    numbers = tuple(value) if isinstance(value, (tuple, list)) else (value,)
    return (numbers[0], numbers[-1])
