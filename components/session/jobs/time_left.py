"""How long a computation still takes: counted down, never up for more than one estimate."""

from __future__ import annotations

import math
import threading
from collections.abc import Mapping, Sequence

WINDOW, SHARE = 5.0, 1 / 3  # at least so many seconds, of all that passed: what the speed is of
PRIOR_SECONDS = 2.0  # what is known from before weighs as much as that long
SLACK, MARGIN = 3.0, 1.25  # seconds, and a factor: an estimate so far above the shown one is news
PATIENCE, REST = 3.0, 20.0  # seconds that it must stay so, and until the next such step
SMOOTH = 2.0  # seconds in which the shown estimate comes down to a lower one


class TimeLeft:
    """The seconds that are left of work that is told in samples.

    The speed is a mean that forgets, over the last third of what has passed: a stall lowers it
    while it lasts. What is shown counts down. Where the estimate stays well above it, it steps up
    once, with a margin, and then only down or still for at least `REST` seconds.

    Args:
        costs: samples by part, in the order in which they come; what is told counts them all.
        paces: seconds for a sample by part, as measured before. Parts that are not known take the
            mean of those that are; without any every sample weighs the same.
    """

    def __init__(
        self, costs: Mapping[str, int] | None = None, paces: Mapping[str, float] | None = None
    ) -> None:
        self._lock = threading.Lock()
        known = {n: p for n, p in (paces or {}).items() if n in (costs or {}) and 0 < p < math.inf}
        usual = sum(known.values()) / len(known) if known else 1.0
        self._parts = [(n, known.get(name, usual)) for name, n in (costs or {}).items()]
        self._spent, self._work = (PRIOR_SECONDS, PRIOR_SECONDS) if known else (0.0, 0.0)
        self._begun: float | None = None
        self._seen, self._done, self._total = 0.0, 0.0, 0.0
        self._shown: tuple[float, float] | None = None  # when, and what
        self._above: float | None = None  # since when the estimate is well above
        self._stepped = -math.inf

    def update(self, now: float, done: int, total: int) -> None:
        """Take a progress. now: monotonic seconds."""
        with self._lock:
            work, self._total = _weighed(self._parts, done), _weighed(self._parts, total)
            if self._begun is None:  # what went before the first sample is no speed
                if done > 0:
                    self._begun, self._seen, self._done = now, now, work
                return
            self._spent, self._work = self._until(now)
            self._work += max(0.0, work - self._done)
            self._seen, self._done = now, max(work, self._done)

    def seconds(self, now: float) -> float | None:
        """What to show; None before there is an estimate."""
        with self._lock:
            found = self._estimate(now)
            if found is None:
                return None
            shown = found if self._shown is None else self._next(now, *self._shown, found)
            self._shown = (now, shown)
            return shown

    def _until(self, now: float) -> tuple[float, float]:
        """Seconds and work that the speed is taken from."""
        begun = now if self._begun is None else self._begun
        passed = max(0.0, now - self._seen)
        forgotten = math.exp(-passed / max(WINDOW, SHARE * (now - begun)))
        return self._spent * forgotten + passed, self._work * forgotten

    def _estimate(self, now: float) -> float | None:
        if self._total <= 0:
            return None
        spent, work = self._until(now)
        return (self._total - self._done) * spent / work if work > 0 and spent > 0 else None

    def _next(self, now: float, when: float, before: float, found: float) -> float:
        """What follows on what was shown `when`."""
        passed = max(0.0, now - when)
        counted = max(0.0, before - passed)
        if found <= MARGIN * before + SLACK:
            self._above = None
            if found > before:
                return before
            lower = (found - counted) * -math.expm1(-passed / SMOOTH)
            return counted + min(0.0, lower)
        self._above = now if self._above is None else self._above
        if now - self._above < PATIENCE or now - self._stepped < REST:
            return before
        self._above, self._stepped = None, now
        return MARGIN * found


def told(seconds: float) -> str:
    """For a person: `about 40 s left`."""
    return f"{duration(seconds)} left"


def duration(seconds: float) -> str:
    """For a person: `about 40 s`."""
    if seconds < 10:
        return f"about {max(1, math.ceil(seconds))} s"
    if seconds < 95:
        return f"about {5 * math.ceil(seconds / 5)} s"
    if seconds < 95 * 60:
        return f"about {round(seconds / 60)} min"
    return f"about {seconds / 3600:.1f} h"


def _weighed(parts: Sequence[tuple[int, float]], samples: int) -> float:
    """The work of the first samples; those beyond all parts weigh 1."""
    found, left = 0.0, samples
    for count, pace in parts:
        taken = min(left, count)
        found, left = found + taken * pace, left - taken
    return found + left
