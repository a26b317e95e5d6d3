"""How much of what takes long is tried: a dose that finds faults, or all of it (`make soak`)."""

from __future__ import annotations

import os
from typing import TypeVar

import pytest

T = TypeVar("T")
WHOLE = os.environ.get("PEDESTAL_SOAK", "") not in ("", "0")
soaked = pytest.mark.soaked
"""A test of a kind that other tests in the dose have a sample of: `make soak` runs it."""


def dose(some: T, whole: T) -> T:
    """`some` in `make test`, `whole` in `make soak`."""
    return whole if WHOLE else some
