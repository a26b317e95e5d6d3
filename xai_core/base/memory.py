"""How much memory a pass keeps, and giving what is free back to the system."""

from __future__ import annotations

import ctypes
import gc
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from torch import Tensor, nn

SIGNS = (  # of a refused allocation, in what torch and NumPy say
    *("can't allocate memory", "bad_alloc", "Unable to allocate", "not enough memory"),
    "out of memory",
)
M_MMAP_THRESHOLD, LARGE = -3, 128 << 10  # glibc's name for it, and the value that it starts with


@cache
def return_at_once() -> None:
    """From now on an array's memory goes back to the system with the array, where possible.

    glibc raises its threshold to the largest block that was freed, and what is smaller stays with
    the thread that had it: 5 MB after one page. For a server only: passes through a network would
    be slower.
    """
    with suppress(OSError, AttributeError, TypeError):  # another C library, or Windows
        ctypes.CDLL(None).mallopt(M_MMAP_THRESHOLD, LARGE)


def give_back() -> None:
    """Collect what nobody refers to, and return free memory to the system where that is possible.

    glibc keeps what a thread has freed for that thread's next request; a server that runs every
    page in a thread of its own would stay as large as at its busiest moment.
    """
    gc.collect()
    with suppress(OSError, AttributeError, TypeError):  # another C library, or Windows
        ctypes.CDLL(None).malloc_trim(0)


def ran_out(error: BaseException) -> bool:
    """Whether an error, or what caused it, is a refused allocation, on the CPU or a GPU."""
    cause: BaseException | None = error
    while cause is not None:
        says_so = isinstance(cause, RuntimeError) and any(sign in str(cause) for sign in SIGNS)
        if isinstance(cause, MemoryError) or says_so:
            return True
        cause = cause.__cause__
    return False


def kept_for_backward(module: nn.Module, run: Callable[[], object]) -> int:
    """Bytes that a forward pass in `run` keeps for the backward pass, weights not counted."""
    import torch

    weights = {p.untyped_storage().data_ptr() for p in module.parameters()}
    kept: dict[int, int] = {}

    def keep(tensor: Tensor) -> Tensor:
        storage = tensor.untyped_storage()
        if storage.data_ptr() not in weights:
            kept[storage.data_ptr()] = storage.nbytes()
        return tensor

    with torch.autograd.graph.saved_tensors_hooks(keep, lambda tensor: tensor):
        run()
    return sum(kept.values())
