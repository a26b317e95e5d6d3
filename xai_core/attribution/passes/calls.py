"""A look at every torch call of a forward pass, from layers and functions alike."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

from torch import Tensor
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


def written_over(function: Callable[..., Any], args: Any, kwargs: Mapping[str, Any]) -> Any:
    """The tensor that a call writes its result over, as `x += y`, `x.relu_()` and
    `F.relu(x, inplace=True)` do; None for one that leaves its arguments.
    """
    name = getattr(function, "__name__", "").split(".")[0]
    own = name.endswith("_") and not name.endswith("__")
    place = _place_of_inplace(function)
    asked = kwargs.get("inplace", place is not None and args[place : place + 1] == (True,))
    target = args[0] if args else kwargs.get("input")
    return target if (own or asked) and isinstance(target, Tensor) else None


def on_copy(function: Callable[..., Any]) -> Callable[..., Any]:
    """A call that writes over its first argument, as one that leaves it."""

    def call(*given: Any, **named: Any) -> Any:
        if given:
            return function(given[0].clone(), *given[1:], **named)
        return function(**{**named, "input": named["input"].clone()})

    return call


@lru_cache(512)
def _place_of_inplace(function: Callable[..., Any]) -> int | None:
    """Where a function of torch's takes the word `inplace`; None where it does not."""
    try:
        return list(inspect.signature(function).parameters).index("inplace")
    except (TypeError, ValueError):
        return None
