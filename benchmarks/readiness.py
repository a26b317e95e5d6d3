"""The readiness check of the demo model: against ten forward and backward passes."""

from __future__ import annotations

from benchmarks._demo import efficientnet, inputs, picture, slope
from benchmarks.timing import Goal
from xai_core import assess

PASSES = 10


def passes() -> None:
    for _ in range(PASSES):
        slope(efficientnet(), picture())


def check() -> None:
    assess(efficientnet(), inputs())


def prepare(titles: list[str]) -> None:
    """Loads the model and what the check imports."""
    for title in titles:
        CASES[title]()


CHECK, TEN = "readiness check", "ten forward and backward passes"
CASES = {CHECK: check, TEN: passes}
WORKER = (CHECK,)
GOALS = [Goal(CHECK, TEN, 3.0)]
