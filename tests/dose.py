"""How much of what takes long is tried: a dose that finds faults, or all of it (`make soak`)."""

from __future__ import annotations

import os
from typing import TypeVar

T = TypeVar("T")
WHOLE = os.environ.get("PEDESTAL_SOAK", "") not in ("", "0")


def dose(some: T, whole: T) -> T:
    """`some` in `make test`, `whole` in `make soak`."""
    return whole if WHOLE else some
