"""Each test draws the same random numbers, whatever ran before it and in whichever order."""

from __future__ import annotations

import random
import sys
from types import ModuleType
from typing import Any
from zlib import crc32

import numpy as np

FIRST: dict[int, Any] = {}  # states of the generators that modules of tests hold, by identity


def draw_anew(name: str) -> None:
    """What draws without a generator of its own starts from a seed that `name` gives."""
    seed = crc32(name.encode())
    random.seed(seed)
    np.random.seed(seed)
    if (torch := sys.modules.get("torch")) is not None:
        torch.default_generator.manual_seed(seed)


def rewind(module: ModuleType) -> None:
    """The generators of a module of tests stand where they stood after it was imported."""
    torch: Any = sys.modules.get("torch")
    for held in vars(module).values():
        if isinstance(held, np.random.Generator):
            state = FIRST.setdefault(id(held), held.bit_generator.state)
            held.bit_generator.state = state
        elif torch is not None and isinstance(held, torch.Generator):
            held.set_state(FIRST.setdefault(id(held), held.get_state()))
