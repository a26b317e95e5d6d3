"""What a torch call does to tensors that differ by a rectangle: which one differs behind it."""

from __future__ import annotations

from collections.abc import Sequence

from xai_core.attribution.passes.fixed_norm import norm_of
from xai_core.attribution.passes.followed import tensors_in
from xai_core.attribution.patches.kernels import (
    convolution,
    max_pool,
    padding,
    rectified_convolution,
)
from xai_core.attribution.patches.patched import Patched
from xai_core.attribution.patches.patched_call import PatchedCall, Rule

POINTWISE = (
    *("abs", "celu", "clamp", "clip", "clone", "contiguous", "detach", "elu", "exp", "gelu"),
    *("hardsigmoid", "hardswish", "hardtanh", "leaky_relu", "log", "mish", "neg", "relu", "relu6"),
    *("rsqrt", "selu", "sigmoid", "silu", "softplus", "softsign", "sqrt", "square", "tanh"),
    "threshold",
)
JOINT = (
    *("add", "iadd", "radd", "sub", "isub", "rsub", "mul", "imul", "rmul", "div", "idiv"),
    *("truediv", "itruediv", "maximum", "minimum", "cat", "concat"),
)


def pointwise(call: PatchedCall) -> Patched | None:
    """A call that does the same to every place."""
    return _each(call) if call.alone else None


def batch_norm(call: PatchedCall) -> Patched | None:
    """A batch normalisation, unless its statistics are those of the batch."""
    return _each(call) if norm_of(call.function, call.args, call.kwargs) else None


def _each(call: PatchedCall) -> Patched:
    one = call.patched[0]
    values = call.with_(lambda patched: patched.values)
    found = Patched(call.base_output(), values, one.corners)
    if values is not one.values:
        return found
    one.become(found)  # it worked in place
    return one


def joint(call: PatchedCall) -> Patched | None:
    """A sum, a product or a row of channels: the rectangle around those of all arguments."""
    if any(call.of(one) is None for one in tensors_in((call.args, call.kwargs))):
        return None  # a tensor that may differ elsewhere too
    if not _in_channels(call):
        return None
    if len({one.base.shape[2:] for one in call.patched}) > 1:
        return None
    first = call.patched[0]
    spans = [_span(call.patched, axis) for axis in (0, 1)]
    corners = list(zip(*(starts for starts, _ in spans), strict=True))
    sides = (spans[0][1], spans[1][1])
    values = call.with_(lambda patched: patched.windows(patched.base, corners, sides))
    found = Patched(call.base_output(), values, corners)
    if not call.in_place:
        return found
    first.become(found)
    return first


def _span(patched: Sequence[Patched], axis: int) -> tuple[list[int], int]:
    """First row (or column) of the rectangle around all, for each sample, and how many it has."""
    length = patched[0].base.shape[2 + axis]
    pairs = list(zip(*(one.corners for one in patched), strict=True))
    first = [min(corner[axis] for corner in corners) for corners in pairs]
    sides = [one.sides[axis] for one in patched]
    ends = [
        max(corner[axis] + side for corner, side in zip(corners, sides, strict=True))
        for corners in pairs
    ]
    size = max(end - start for start, end in zip(first, ends, strict=True))
    return [min(start, length - size) for start in first], size


def _in_channels(call: PatchedCall) -> bool:
    """False where tensors are put beside each other along anything but the channels."""
    if call.function.__name__ not in ("cat", "concat"):
        return True
    named = {**dict(zip(("tensors", "dim"), call.args, strict=False)), **call.kwargs}
    return bool(named.get("dim", 0) in (1, -3))


RULES: dict[str, Rule] = {
    **dict.fromkeys(POINTWISE, pointwise),
    **dict.fromkeys(JOINT, joint),
    "batch_norm": batch_norm,
    "conv2d": convolution,
    "convolution_pointwise": rectified_convolution,
    "max_pool2d": max_pool,
    "pad": padding,
    "constant_pad_nd": padding,
}
"""By the name of the call."""
