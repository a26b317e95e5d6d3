"""A cut: a place in a forward pass where a value goes on and its gradient does not."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import torch
from torch import Tensor

from xai_core.readiness.tracing.places import Place

Kind = Literal[
    "detach",
    "numpy-round-trip",
    "python-scalar",
    "no-grad-context",
    "non-differentiable-op",
    "custom-backward",
    "hidden-change",
]
Key = tuple[str, str, int, int]  # call, file, line, how often it was called there before

ARRAYS = {"numpy", "__array__", "__dlpack__"}
SCALARS = {
    "item", "tolist", "__float__", "__int__", "__bool__", "__index__", "__complex__",
    "is_nonzero", "equal", "allclose",
}  # fmt: skip
DETACHING = {
    "detach",
    "detach_",
    "data",
    "tensor",
    "as_tensor",
    "new_tensor",
    "asarray",
    "requires_grad_",
}
STRAIGHT_THROUGH = "fake_quantize"  # rounds forward, and passes the gradient as if it had not
FLAT = {"round", "floor", "ceil", "trunc", "fix", "sign", "sgn", "heaviside", "floor_divide"}
CHEAP = {
    "cpu", "cuda", "to", "float", "double", "half", "byte", "int", "long", "type", "clone",
    "contiguous", "permute", "transpose", "t", "movedim", "squeeze", "unsqueeze", "reshape",
    "view", "flatten", "__getitem__", "mul", "add", "sub", "div", "true_divide", "clamp", "clip",
    "mean", "sum", "max", "min", "amax", "amin", "round", "any", "all", "logical_not",
}  # fmt: skip


@dataclass
class Cut:
    """One cut as it happened.

    Attributes:
        call: name of the call, `detach`. value: what went on, copied.
        region: where gradients were switched off, for a `no-grad-context`.
        absorbs: the detach that only made this cut possible (`x.detach().numpy()`).
    """

    key: Key
    kind: Kind
    call: str
    place: Place | None
    layer: str | None
    value: Any
    region: Place | None = None
    absorbs: Key | None = None

    @property
    def group(self) -> tuple[str, str, int]:
        """Cuts of one group have one cause: a line, or a block without gradients."""
        place = self.region or self.place
        return (self.kind, place.file if place else "", place.line if place else 0)


def kind_of_exit(call: str) -> Kind | None:
    """The kind of a call that leaves torch; None for others."""
    if call in ARRAYS:
        return "numpy-round-trip"
    return "python-scalar" if call in SCALARS else None


def tensors(value: Any) -> Iterator[Tensor]:
    """Every tensor in nested arguments."""
    if isinstance(value, Tensor):
        yield value
    elif isinstance(value, list | tuple):
        for item in value:
            yield from tensors(item)
    elif isinstance(value, dict):
        for item in value.values():
            yield from tensors(item)


def copied(value: Any) -> Any:
    """A value that later steps of the forward pass cannot change."""
    if isinstance(value, Tensor):
        with torch.inference_mode(False), torch.no_grad():
            return value.clone()
    if isinstance(value, list | tuple):
        return type(value)(copied(item) for item in value) if _plain(value) else value
    return value.copy() if isinstance(value, np.ndarray) else value


def _plain(value: Any) -> bool:
    return type(value) in (list, tuple)
