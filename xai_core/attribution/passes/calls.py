"""A look at every torch call of a forward pass, from layers and functions alike."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from torch.overrides import TorchFunctionMode

Handler = Callable[[Callable[..., Any], tuple[Any, ...], Mapping[str, Any]], Any]
"""`handler(function, args, kwargs)` makes the call, and gives its result or another one."""


class Calls(TorchFunctionMode):
    """Hands every torch call of the block to `handler`; calls inside TorchScript stay hidden."""

    def __init__(self, handler: Handler) -> None:
        super().__init__()
        self._handler = handler

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        return self._handler(func, args, kwargs or {})


def call_name(function: Callable[..., Any]) -> str:
    """`relu` for `F.relu`, `Tensor.relu_`, `torch.relu` and `aten.relu.default`."""
    return getattr(function, "__name__", "").split(".")[0].strip("_")
