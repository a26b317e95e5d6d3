"""Times several ways to do one thing, fairly on a machine that has other work."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping

ROUNDS = 3


def compare(cases: Mapping[str, Callable[[], object]], rounds: int = ROUNDS) -> dict[str, float]:
    """The shortest of `rounds` runs of each case, in seconds.

    The cases take turns, so that a busy spell hits all of them alike; the shortest run is the one
    that was disturbed least.
    """
    seconds: dict[str, list[float]] = {title: [] for title in cases}
    for _ in range(rounds):
        for title, case in cases.items():
            start = time.perf_counter()
            case()
            seconds[title].append(time.perf_counter() - start)
    return {title: min(times) for title, times in seconds.items()}
