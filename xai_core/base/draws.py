"""Randomness held still."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache


@contextmanager
def same_draws(seed: int = 0) -> Iterator[None]:
    """Random draws of torch, NumPy and Python start from `seed` and leave no trace."""
    import random

    import numpy as np
    import torch

    numpy_state, python_state = np.random.get_state(), random.getstate()
    devices = range(torch.cuda.device_count())
    try:
        with torch.random.fork_rng(devices=list(devices)):
            _seed_torch(seed)
            np.random.seed(seed)
            random.seed(seed)
            yield
    finally:
        np.random.set_state(numpy_state)
        random.setstate(python_state)


def _seed_torch(seed: int) -> None:
    """As `torch.manual_seed`, which notes the stack for each kind of device that is not there: in
    a proof of many small passes a fifth of the time.
    """
    import torch

    if _accelerated():
        torch.manual_seed(seed)
    else:
        torch.default_generator.manual_seed(seed)


@cache
def _accelerated() -> bool:
    import torch

    return torch.accelerator.is_available()
