"""A borrowed model comes back as it was found, also after a failure."""

from __future__ import annotations

import threading
import weakref
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from torch import nn


@dataclass
class _Loan:
    """times: how often the thread that has the module has borrowed it."""

    module: weakref.ref[nn.Module]
    lock: threading.RLock
    times: int = 0


OWNER = "_layers_of"  # what a module has among its `vars` that shares the layers of another
_LOANS: dict[int, _Loan] = {}
_LOCKING = threading.Lock()


@contextmanager
def borrowed(module: nn.Module) -> Iterator[nn.Module]:
    """The module in eval mode with no gradients for its parameters.

    Modes, `requires_grad`, `.grad` and buffers are restored at the end, also a buffer that a pass
    put another tensor of its form in the place of. One thread has it at a time, since methods
    change layers and weights while they have it; another one waits. Whoever has it may borrow it
    again, which changes nothing. Modules of the same layers (`OWNER`) are had by one thread
    together.
    """
    loan = _loan_of(module)
    with loan.lock:
        loan.times += 1
        try:
            if loan.times > 1:
                yield module
            else:
                with _changed(module):
                    yield module
        finally:
            loan.times -= 1


@contextmanager
def _changed(module: nn.Module) -> Iterator[None]:
    import torch

    modes = [
        (child, child.training) for child in module.modules() if hasattr(child, "training")
    ]  # a frozen TorchScript module has no mode
    parameters = [(p, p.requires_grad, p.grad) for p in module.parameters()]
    buffers = [(b, b.detach().clone()) for b in module.buffers()]
    places = [(one, dict(one)) for one in map(_places, module.modules()) if one]
    try:
        with suppress(NotImplementedError):  # an exported graph has its mode baked in
            module.eval()
        for parameter, _, _ in parameters:
            parameter.requires_grad_(False)
        yield
    finally:
        for child, training in modes:
            child.training = training
        for parameter, required, grad in parameters:
            parameter.requires_grad_(required)
            parameter.grad = grad
        for place, before in places:
            place.update({k: b for k, b in before.items() if _of_one_form(place.get(k), b)})
        with torch.no_grad():
            for buffer, value in buffers:
                if not torch.equal(buffer, value):
                    buffer.copy_(value)


def _places(child: nn.Module) -> dict[str, Any]:
    """Where a module keeps its own buffers; nothing for TorchScript, which keeps them elsewhere."""
    found = vars(child).get("_buffers")
    return found if isinstance(found, dict) else {}


def _of_one_form(now: Any, before: Any) -> bool:
    """Another form is that of a store that grew, of whose size its module may know."""
    return (
        before is not None
        and now is not None
        and (now.shape, now.dtype, now.device) == (before.shape, before.dtype, before.device)
    )


def _loan_of(module: nn.Module) -> _Loan:
    """By identity: some modules compare or hash in their own way, and a lock cannot be copied."""
    key, owner = id(module), vars(module).get(OWNER)
    lock = threading.RLock() if owner is None else _loan_of(owner).lock
    with _LOCKING:
        if key not in _LOANS:
            _LOANS[key] = _Loan(weakref.ref(module, lambda _: _LOANS.pop(key, None)), lock)
        return _LOANS[key]
