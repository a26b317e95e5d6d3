"""What is going on around a call: which layer runs, which block it stands in."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import torch
from torch import nn


@contextmanager
def inference_mode_entered(callback: Callable[[], None]) -> Iterator[None]:
    """Calls back where `torch.inference_mode` is entered; it makes no call that a mode sees."""
    enter = torch.inference_mode.__enter__

    def noted(self: Any) -> None:
        if self.mode:
            callback()
        enter(self)

    torch.inference_mode.__enter__ = noted  # type: ignore[method-assign]
    try:
        yield
    finally:
        torch.inference_mode.__enter__ = enter  # type: ignore[method-assign]


@contextmanager
def named_layers(module: nn.Module, names: list[str]) -> Iterator[None]:
    """Keeps the names of the layers that are running, the innermost last."""
    handles = []

    def hooks(name: str) -> tuple[Any, Any]:
        return (lambda *_: names.append(name)), (lambda *_: names.pop() and None)

    for name, child in module.named_modules():
        if name and not isinstance(child, torch.jit.ScriptModule):
            before, after = hooks(name)
            handles.append(child.register_forward_pre_hook(before))
            handles.append(child.register_forward_hook(after, always_call=True))
    try:
        yield
    finally:
        for handle in handles:
            handle.remove()
