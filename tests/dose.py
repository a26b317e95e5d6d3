"""How much of what takes long is tried: a dose that finds faults, or all of it (`make soak`)."""

from __future__ import annotations

import os
from collections.abc import Iterable
from typing import TypeVar

import pytest

T, U = TypeVar("T"), TypeVar("U")
WHOLE = os.environ.get("PEDESTAL_SOAK", "") not in ("", "0")
soaked = pytest.mark.soaked
"""A test of a kind that other tests in the dose have a sample of: `make soak` runs it."""


def dose(some: T, whole: T) -> T:
    """`some` in `make test`, `whole` in `make soak`."""
    return whole if WHOLE else some


def pairs(first: Iterable[T], second: Iterable[U]) -> list[tuple[T, U]]:
    """Each with each in `make soak`; in `make test` each of both sides at least once."""
    ones, others = tuple(first), tuple(second)
    longest = max(len(ones), len(others))
    some = [(ones[n % len(ones)], others[n % len(others)]) for n in range(longest)]
    return dose(some, [(one, other) for one in ones for other in others])
