"""Measures several ways to do one thing, fairly on a machine that has other work."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

ROUNDS = 3
Case = Callable[[], float | None]


@dataclass(frozen=True)
class Goal:
    """The figure of one case is at most `limit` times that of another one."""

    case: str
    against: str
    limit: float

    def ratio(self, figures: Mapping[str, float]) -> float:
        """What was reached."""
        return figures[self.case] / figures[self.against]


def compare(cases: Mapping[str, Case], rounds: int = ROUNDS) -> dict[str, float]:
    """The lowest of `rounds` figures of each case: seconds, or what the case returns.

    The cases take turns, so that a busy spell hits all of them alike; the lowest figure is the one
    that was disturbed least.
    """
    figures: dict[str, list[float]] = {title: [] for title in cases}
    for _ in range(rounds):
        for title, case in cases.items():
            start = time.perf_counter()
            returned = case()
            seconds = time.perf_counter() - start
            figures[title].append(seconds if returned is None else returned)
    return {title: min(found) for title, found in figures.items()}
