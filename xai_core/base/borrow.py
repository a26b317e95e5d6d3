"""A borrowed model comes back as it was found, also after a failure."""

from __future__ import annotations

import threading
import weakref
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from torch import nn

_LOCKS: dict[int, tuple[Any, threading.RLock]] = {}
_LOCKING = threading.Lock()


@contextmanager
def borrowed(module: nn.Module) -> Iterator[nn.Module]:
    """The module in eval mode with no gradients for its parameters.

    Modes, `requires_grad`, `.grad` and the values of buffers are restored at the end. One thread
    has it at a time, since methods change layers and weights while they have it; another one waits.
    """
    with _lock_of(module):
        yield from _changed(module)


def _changed(module: nn.Module) -> Iterator[nn.Module]:
    import torch

    modes = [
        (child, child.training) for child in module.modules() if hasattr(child, "training")
    ]  # a frozen TorchScript module has no mode
    parameters = [(p, p.requires_grad, p.grad) for p in module.parameters()]
    buffers = [(b, b.detach().clone()) for b in module.buffers()]
    try:
        with suppress(NotImplementedError):  # an exported graph has its mode baked in
            module.eval()
        for parameter, _, _ in parameters:
            parameter.requires_grad_(False)
        yield module
    finally:
        for child, training in modes:
            child.training = training
        for parameter, required, grad in parameters:
            parameter.requires_grad_(required)
            parameter.grad = grad
        with torch.no_grad():
            for buffer, value in buffers:
                if not torch.equal(buffer, value):
                    buffer.copy_(value)


def _lock_of(module: nn.Module) -> threading.RLock:
    """By identity: some modules compare or hash in their own way, and a lock cannot be copied."""
    key = id(module)
    with _LOCKING:
        if key not in _LOCKS:
            forget = weakref.ref(module, lambda _: _LOCKS.pop(key, None))
            _LOCKS[key] = forget, threading.RLock()
        return _LOCKS[key][1]
