"""The time that is left: recorded runs with stalls and changes of speed."""

from __future__ import annotations

import threading
from itertools import pairwise

import pytest

from components.session.jobs.job import Job, Reports
from components.session.jobs.time_left import TimeLeft, told

POLL = 0.4


def shown(left: TimeLeft, record: list[tuple[float, int]], total: int) -> list[float]:
    """What a page that polls would show. record: when, and how many samples were through."""
    found, coming = [], list(record)
    for tick in range(int(record[-1][0] / POLL) + 1):
        while coming and coming[0][0] <= tick * POLL:
            left.update(*coming.pop(0), total)
        estimate = left.seconds(tick * POLL)
        found += [] if estimate is None else [estimate]
    return found


def steady(begin: float, pace: float, first: int, last: int) -> list[tuple[float, int]]:
    return [(begin + pace * (n - first + 1), n) for n in range(first, last + 1)]


RECORDS = {
    "steady": steady(0, 0.2, 1, 100),
    "a stall of 20 s": [*steady(0, 0.2, 1, 40), *steady(28, 0.2, 41, 100)],
    "three times as slow": [*steady(0, 0.1, 1, 50), *steady(5, 0.3, 51, 100)],
    "four times as fast": [*steady(0, 0.4, 1, 40), *steady(16, 0.1, 41, 100)],
    "in bursts": [(3.0 * n, 16 * n) for n in range(1, 7)],
    "ever slower": [(0.004 * n * n, n) for n in range(1, 101)],
}


@pytest.mark.parametrize("name", RECORDS)
def test_it_never_counts_up_for_more_than_one_estimate(name: str) -> None:
    record = RECORDS[name]
    found = shown(TimeLeft(), record, record[-1][1])
    ups = [place for place, (one, other) in enumerate(pairwise(found)) if other > one + 1e-9]
    assert all(later - earlier > 20 / POLL for earlier, later in pairwise(ups))
    assert found[-1] < 5
    assert len(ups) <= (0 if name in ("steady", "four times as fast", "in bursts") else 2)


def test_a_second_piece_of_work_is_counted_and_estimated_for_itself() -> None:
    seen: list[tuple[int, int, bool]] = []

    def work(report: Reports[None], _: threading.Event) -> None:
        for done in range(1, 101):
            report(done, 100)
        seen.append((job.done, job.total, job.seconds_left is None))
        report.restart()
        seen.append((job.done, job.total, job.seconds_left is None))
        report(1, 4)
        report(2, 4)
        seen.append((job.done, job.total, job.seconds_left is None))

    ready = threading.Event()
    job: Job[None] = Job(lambda *given: (ready.wait(), work(*given))[1])
    ready.set()
    job.wait(60)
    assert job.error is None
    assert seen == [(100, 100, False), (0, 0, True), (2, 4, False)]


def test_known_paces_tell_it_right_from_the_first_sample_on() -> None:
    costs, paces = {"quick": 50, "slow": 50, "new": 10}, {"quick": 0.02, "slow": 0.4}
    left = TimeLeft({name: costs[name] for name in ("quick", "slow")}, paces)
    record = [*steady(0, 0.02, 1, 50), *steady(1, 0.4, 51, 100)]
    found = shown(left, record, 100)
    ends = record[-1][0]
    assert all(abs(one - (ends - POLL * (n + 1))) < 3 for n, one in enumerate(found))
    assert TimeLeft(costs, paces).seconds(0.0) is None, "nothing is said before it runs"


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0, "1 s"), (7.2, "8 s"), (31, "35 s"), (130, "2 min"), (2 * 3600, "2.0 h")],
)
def test_it_is_told_in_round_numbers(seconds: float, text: str) -> None:
    assert told(seconds) == f"about {text} left"
