"""Giving memory that is free back to the system."""

from __future__ import annotations

import ctypes
import gc
from contextlib import suppress


def give_back() -> None:
    """Collect what nobody refers to, and return free memory to the system where that is possible.

    glibc keeps what a thread has freed for that thread's next request; a server that runs every
    page in a thread of its own would stay as large as at its busiest moment.
    """
    gc.collect()
    with suppress(OSError, AttributeError):  # another C library
        ctypes.CDLL(None).malloc_trim(0)
