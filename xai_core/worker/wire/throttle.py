"""Lets an event through at most so often."""

from __future__ import annotations

import time


class Throttle:
    """True at most once every `interval` seconds; the first time at once."""

    def __init__(self, interval: float = 0.05) -> None:
        self._interval = interval
        self._next = 0.0

    def __call__(self) -> bool:
        """Whether this event may pass."""
        now = time.monotonic()
        if now < self._next:
            return False
        self._next = now + self._interval
        return True
