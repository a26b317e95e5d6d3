"""Randomness held still."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager


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
            torch.manual_seed(seed)
            np.random.seed(seed)
            random.seed(seed)
            yield
    finally:
        np.random.set_state(numpy_state)
        random.setstate(python_state)
