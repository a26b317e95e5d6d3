"""Progress that a worker tells, and work that is cancelled."""

from __future__ import annotations

import threading
import time

import numpy as np
import pytest

from xai_core.base.errors import Cancelled
from xai_core.maps.recipe import Recipe
from xai_core.worker import Worker

pytestmark = pytest.mark.usefixtures("patient")
MANY = {"m": 200}


def test_progress_comes_in_this_thread_and_ends_at_the_total(
    shared: Worker, inputs: np.ndarray
) -> None:
    seen: list[tuple[int, int]] = []
    threads = set()

    def progress(done: int, total: int) -> None:
        seen.append((done, total))
        threads.add(threading.current_thread())

    start = time.monotonic()
    shared.explain(inputs, 1, "smoothgrad", parameters=MANY, progress=progress)
    seconds = time.monotonic() - start
    assert threads == {threading.current_thread()}
    assert seen[-1][0] == seen[-1][1] >= 200
    assert [done for done, _ in seen] == sorted(done for done, _ in seen)
    assert len(seen) <= 3 + 21 * seconds


def test_cancel_leaves_the_model_as_it_was(shared: Worker, inputs: np.ndarray) -> None:
    before = shared.explain(inputs, 1, "fusiongrad", seed=1)
    pid, cancel = shared.pid, threading.Event()
    with pytest.raises(Cancelled):
        shared.explain(
            inputs,
            1,
            "fusiongrad",
            parameters={"n": 100, "m": 100},
            progress=lambda done, total: cancel.set(),
            cancel=cancel,
        )
    after = shared.explain(inputs, 1, "fusiongrad", seed=1)
    assert shared.pid == pid
    np.testing.assert_array_equal(before.values, after.values)


def test_an_error_in_the_progress_stops_the_work(shared: Worker, inputs: np.ndarray) -> None:
    class Rerun(BaseException):
        pass

    def progress(done: int, total: int) -> None:
        raise Rerun

    pid = shared.pid
    with pytest.raises(Rerun):
        shared.explain(inputs, 1, "fusiongrad", parameters={"n": 100, "m": 100}, progress=progress)
    assert shared.predict(inputs).shape == (1, 4)
    assert shared.pid == pid


def test_a_cancel_before_the_call_costs_nothing(shared: Worker, inputs: np.ndarray) -> None:
    cancel = threading.Event()
    cancel.set()
    with pytest.raises(Cancelled):
        shared.explain(inputs, 1, "saliency", cancel=cancel)


def test_measuring_can_be_stopped(shared: Worker, inputs: np.ndarray) -> None:
    cancel = threading.Event()
    one = shared.explain(inputs, None, "smoothgrad", parameters=MANY)
    with pytest.raises(Cancelled):
        shared.measure(
            inputs,
            one,
            Recipe(),
            "sensitivity",
            progress=lambda done, total: cancel.set(),
            cancel=cancel,
        )
    assert shared.predict(inputs).kind == "classes"
