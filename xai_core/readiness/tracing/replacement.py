"""Another value in the place of the one that a call gave."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from xai_core.readiness.tracing.cuts import copied, tensors


def replaced(result: Any, args: Any, in_place: bool, value: Any) -> Any:
    """`value` in the shape of `result`; into the first argument where the call works in place."""
    if in_place:
        with torch.no_grad():
            args[0].copy_(value)
        return result
    if isinstance(result, Tensor) and isinstance(value, Tensor):
        if result.shape != value.shape:
            return result
        if result.requires_grad:  # what follows must still be seen as tracked
            return result + (value - result).detach()
        return copied(value)
    if isinstance(result, tuple | list) and isinstance(value, tuple | list):
        pairs = zip(result, value, strict=False)
        items = [
            copied(new) if isinstance(old, Tensor) and not old.requires_grad else old
            for old, new in pairs
        ]
        if hasattr(result, "_fields") or type(result).__module__ == "torch.return_types":
            return type(result)(items)
        return type(result)(items) if any(tensors(result)) else value
    return copied(value)
