"""Measures several ways to do one thing, fairly on a machine that has other work."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

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


def figure(case: Case) -> float:
    """The seconds that a case takes, or what it returns."""
    start = time.perf_counter()
    returned = case()
    seconds = time.perf_counter() - start
    return seconds if returned is None else returned


def compare(cases: Mapping[str, Callable[[], float]], rounds: int) -> dict[str, float]:
    """The lowest of `rounds` figures of each case.

    The cases take turns, so that a busy spell hits all of them alike; the lowest figure is the one
    that was disturbed least.
    """
    figures: dict[str, list[float]] = {title: [] for title in cases}
    for _ in range(rounds):
        for title, case in cases.items():
            figures[title].append(case())
    return {title: min(found) for title, found in figures.items()}
