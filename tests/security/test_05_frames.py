"""A worker that sends more than it was asked for is ended; the host's memory stays as it was."""

from __future__ import annotations

import time

import numpy as np
import psutil
import pytest

from tests.security.speaking import speaks
from xai_core.base.errors import WorkerError
from xai_core.worker import Worker
from xai_core.worker.process import reading
from xai_core.worker.process.launch import Started

MAPS = np.ones((3, 8, 8), np.float32)
GIB = 2**30
SCORES = """
import array
def answer(call, **more):
    scores = array.array("d", [1.0, 2.0, 3.0]).tobytes()
    say({"id": call["id"], "kind": "result", "data": 0,
         "arrays": [{"dtype": "float64", "shape": [3]}], **more}, scores)
"""
BIG = '[{"dtype": "float32", "shape": [16384, 16384]}]'
WAYS = {
    "a gigabyte on a progress": f"""
call = heard()
told = {{"id": call["id"], "kind": "progress", "done": 1, "total": 2, "arrays": {BIG}}}
for _ in range(6):
    say(told, {GIB})
time.sleep(60)
""",
    "a gigabyte as the result": f"""
call = heard()
say({{"id": call["id"], "kind": "result", "data": 0, "arrays": {BIG}}}, {GIB})
time.sleep(60)
""",
    "a gigabyte in an error": f"""
call = heard()
say({{"id": call["id"], "kind": "error", "error": {{}}, "arrays": {BIG}}}, {GIB})
time.sleep(60)
""",
    "a preview that nobody asked for": f"""
call = heard()
say({{"id": call["id"], "kind": "preview", "error": None, "arrays": {BIG}}}, {GIB})
time.sleep(60)
""",
    "text without end": """
call = heard()
say({}, text=b'{"id": 1, "data": "' + b"x" * 2**23 + b'"}')
time.sleep(60)
""",
    "a hundred thousand lists": """
call = heard()
say({}, text=b'{"id": 1, "arrays": [], "data": [' + b"[]," * 300_000 + b"1]}")
time.sleep(60)
""",
    "scores of another count": """
call = heard()
say({"id": call["id"], "kind": "result", "data": 0,
     "arrays": [{"dtype": "float64", "shape": [300]}]}, bytes(2400))
time.sleep(60)
""",
    "a flood of progress": """
call = heard()
while True:
    say({"id": call["id"], "kind": "progress", "done": 1, "total": 2, "arrays": []})
""",
    "a total that no page can show": """
call = heard()
say({"id": call["id"], "kind": "progress", "done": 1, "total": 10**400, "arrays": []})
time.sleep(60)
""",
    "the answer to another call": SCORES
    + """
call = heard()
answer({"id": call["id"] - 1})
time.sleep(60)
""",
}


@pytest.mark.parametrize("way", WAYS)
def test_what_was_not_asked_for_ends_the_worker(way: str, monkeypatch: pytest.MonkeyPatch) -> None:
    speaks(monkeypatch, WAYS[way])
    before = psutil.Process().memory_info().rss
    with Worker(time_limit=30) as worker:
        start = time.monotonic()
        with pytest.raises(WorkerError, match="breaks the protocol"):
            worker.score(MAPS)
        assert time.monotonic() - start < 15
        assert not worker.alive
    assert psutil.Process().memory_info().rss - before < 150 * 2**20


def test_who_lied_is_told_as_a_liar_however_late_that_is_said(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    speaks(monkeypatch, WAYS["scores of another count"])
    end = reading.stop

    def slowly(process: Started) -> None:
        end(process)
        time.sleep(1.0)  # as on a busy machine: it is dead, and the cause is not told yet

    monkeypatch.setattr(reading, "stop", slowly)
    with Worker(time_limit=30) as worker, pytest.raises(WorkerError, match="breaks the protocol"):
        worker.score(MAPS)


def test_an_honest_answer_comes_through(monkeypatch: pytest.MonkeyPatch) -> None:
    speaks(monkeypatch, SCORES + "\nwhile True: answer(heard())\n")
    with Worker(time_limit=30) as worker:
        for _ in range(2):
            assert worker.score(MAPS).tolist() == [1.0, 2.0, 3.0]


def test_who_speaks_between_two_calls_is_ended_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    late = "\nanswer(heard())\ntime.sleep(0.3)\nanswer({'id': 0})\ntime.sleep(60)\n"
    speaks(monkeypatch, SCORES + late)
    with Worker(time_limit=30) as worker:
        worker.score(MAPS)
        deadline = time.monotonic() + 10
        while worker.alive and time.monotonic() < deadline:
            time.sleep(0.05)
        assert not worker.alive
