"""Lets an event through at most so often."""

from __future__ import annotations

import time

FEW = 50  # steps that are each worth a message


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


class ProgressThrottle:
    """Lets a progress through at most so often; the end, and each of a few steps, always."""

    def __init__(self) -> None:
        self._throttle, self._told = Throttle(), -1

    def __call__(self, done: int, total: int) -> bool:
        """Whether this one may pass."""
        step = total <= FEW and done != self._told
        passes = self._throttle() or step or done >= total
        if passes:
            self._told = done
        return passes
