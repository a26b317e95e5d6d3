"""A model that is left as it was, whatever its forward pass writes into itself."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from xai_core.base.borrow import borrowed

if TYPE_CHECKING:
    from torch import Tensor, nn


@contextmanager
def pristine(module: nn.Module) -> Iterator[nn.Module]:
    """`borrowed`, and besides: attributes of every layer, containers in them, parameters' values.

    Models keep features, counters and lists on themselves; hooks do so too.
    """
    attributes = [(child, _state(child)) for child in _children(module)]
    values = [(p, p.detach().clone()) for p in module.parameters()]
    try:
        with borrowed(module):
            yield module
    finally:
        for child, state in attributes:
            _restore(child, state)
        for parameter, value in values:
            _restore_value(parameter, value)


def _children(module: nn.Module) -> list[nn.Module]:
    import torch

    return [m for m in module.modules() if not isinstance(m, torch.jit.ScriptModule)]


def _state(child: nn.Module) -> dict[str, tuple[Any, Any]]:
    return {name: (value, _copy(value)) for name, value in vars(child).items()}


def _copy(value: Any) -> Any:
    return value.copy() if isinstance(value, list | dict | set) else None


def _restore(child: nn.Module, state: dict[str, tuple[Any, Any]]) -> None:
    for name in set(vars(child)) - set(state):
        del vars(child)[name]
    for name, (value, copy) in state.items():
        vars(child)[name] = value
        if copy is not None and not _same(value, copy):
            _refill(value, copy)


def _same(value: Any, copy: Any) -> bool:
    """Whether a container holds the very same objects in the same order."""
    if len(value) != len(copy):
        return False
    if isinstance(value, dict):
        pairs = zip(value.items(), copy.items(), strict=True)
        return all(a == b and x is y for (a, x), (b, y) in pairs)
    if isinstance(value, set):
        return bool(value == copy)
    return all(x is y for x, y in zip(value, copy, strict=True))


def _refill(value: Any, copy: Any) -> None:
    value.clear()
    if isinstance(value, list):
        value.extend(copy)
    else:
        value.update(copy)


def _restore_value(parameter: Tensor, value: Tensor) -> None:
    import torch

    with torch.no_grad():
        if not torch.equal(parameter, value):
            parameter.copy_(value)
