"""A study of very many small pictures: what does one cost at 100, 1,000 and 10,000 of them?

The seconds of computing of all its processes over a tenth of the pictures (the cheapest of ten
parts of it: a core that others slow down takes more of them), and the memory that they hold at its
end.
The network is so small that all around it shows. `PEDESTAL_BENCH_PICTURES` asks for more or fewer
than 10,000.
"""

from __future__ import annotations

import os
from functools import cache

from benchmarks._study import SMALL, Speed, folder_of, job, small_network
from benchmarks.timing import Goal
from xai_core.pictures.preprocessing import InputSpec

UNIT, ROUNDS = "ms or MB", 1
MANY = int(os.environ.get("PEDESTAL_BENCH_PICTURES", "10000"))
WINDOW, PARTS = MANY // 10, 10
COUNTS = (100, MANY // 10, MANY - WINDOW)


@cache
def speed() -> Speed:
    spec = InputSpec(height=SMALL, width=SMALL, resize=SMALL)
    return job(folder_of(MANY, SMALL), model=small_network(), spec=spec)


def cost(count: int) -> float:
    size = WINDOW // PARTS
    starts = range(count, count + WINDOW, size)
    return 1000 * min(speed().of_a_picture(at, at + size, "cpu") for at in starts)


def memory(count: int) -> float:
    return speed().at(count + WINDOW).memory / 1e6


def prepare(titles: list[str]) -> None:
    """Draws the pictures."""
    folder_of(MANY, SMALL)


COST = [f"CPU of a picture after {count:,}, ms" for count in COUNTS]
MEMORY = [f"memory after {count:,}, MB" for count in COUNTS]
CASES = {
    **{title: lambda c=count: cost(c) for title, count in zip(COST, COUNTS, strict=True)},
    **{title: lambda c=count: memory(c) for title, count in zip(MEMORY, COUNTS, strict=True)},
}
GOALS = [Goal(title, first, 1.1) for first, *others in (COST, MEMORY) for title in others]
