"""Plain values out of a file that anybody may have written: what is something else is refused."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from xai_core.base.errors import XaiError

T = TypeVar("T")
# What reading a part may raise; all of it means that the part is left aside.
UNREADABLE = (
    *(XaiError, ValueError, TypeError, KeyError, AttributeError, IndexError),
    *(OverflowError, RecursionError, OSError),
)
LONGEST, MOST = 4096, 100_000


def text(data: Any) -> str:
    """A text. Raises `ValueError`."""
    if not isinstance(data, str) or len(data) > LONGEST or "\0" in data:
        raise ValueError("no text")
    data.encode()  # half a character pair is none
    return data


def whole(data: Any, low: int = 0, high: int = 2**53) -> int:
    """A whole number within bounds. Raises `ValueError`."""
    if type(data) is not int or not low <= data <= high:
        raise ValueError("no whole number in bounds")
    return data


def number(data: Any, low: float, high: float) -> float:
    """A number within bounds. Raises `ValueError`."""
    if type(data) not in (int, float) or not math.isfinite(data) or not low <= data <= high:
        raise ValueError("no number in bounds")
    return float(data)


def truth(data: Any) -> bool:
    """Yes or no. Raises `ValueError`."""
    if type(data) is not bool:
        raise ValueError("neither true nor false")
    return data


def several(data: Any, one: Callable[[Any], T]) -> list[T]:
    """A list of these. Raises `ValueError`."""
    if not isinstance(data, list) or len(data) > MOST:
        raise ValueError("no list")
    return [one(item) for item in data]


def table(data: Any) -> Mapping[str, Any]:
    """A mapping with texts for keys. Raises `ValueError`."""
    if not isinstance(data, dict) or len(data) > MOST:
        raise ValueError("no mapping")
    return {text(name): value for name, value in data.items()}


def texts(data: Any) -> list[str]:
    """A list of texts. Raises `ValueError`."""
    return several(data, text)


def maybe(data: Any, one: Callable[[Any], T]) -> T | None:
    """One of these, or nothing. Raises `ValueError`."""
    return None if data is None else one(data)
