"""The pace of a worker: measured, kept to, told, and within the memory of its process."""

from __future__ import annotations

import threading
from pathlib import Path

import numpy as np
import pytest

from xai_core.attribution.explanation import explain
from xai_core.base.errors import Cancelled, InputError
from xai_core.base.pace import Pace
from xai_core.models.loading import load_model
from xai_core.worker import Worker
from xai_core.worker.process.budget import Budget

pytestmark = pytest.mark.usefixtures("patient")


def test_a_pace_is_measured_kept_to_and_told(
    shared: Worker, tiny: Path, inputs: np.ndarray
) -> None:
    assert 1 <= shared.pace(inputs).batch_size <= 16
    pace = Pace(3, channels_last=True, threads=1)
    got = shared.explain(inputs, 1, "smoothgrad", parameters={"m": 9}, pace=pace)
    expected = explain(load_model(tiny), inputs, 1, "smoothgrad", pace=pace, m=9)
    np.testing.assert_array_equal(got.values, expected.values)
    assert got.pace == pace
    assert shared.explain(inputs, 1, "saliency").pace == Pace()


def test_a_card_says_where_autocast_is_offered_and_elsewhere_it_is_refused(
    tiny: Path, inputs: np.ndarray
) -> None:
    pace = Pace(3, autocast=True)
    with Worker() as worker:
        card = worker.load(tiny)
        assert card.autocast == (card.device != "cpu")
        if card.autocast:
            got = worker.explain(inputs, 1, "smoothgrad", parameters={"m": 9}, pace=pace)
            assert got.pace == pace
            assert 0.9 < got.chosen["autocast_cosine"] <= 1
            return
        with pytest.raises(InputError, match="offered on cuda"):
            worker.explain(inputs, 1, "smoothgrad", parameters={"m": 9}, pace=pace)
        assert worker.explain(inputs, 1, "saliency").values.any()


def test_a_pace_stays_within_the_memory_of_the_process(tiny: Path, inputs: np.ndarray) -> None:
    with Worker(budget=Budget(memory=1)) as worker:
        worker._connection.process.kill()  # of so little memory
        worker._connection.budget = Budget.configured()
        worker.load(tiny)
        worker._connection.budget = Budget(memory=1)
        assert worker.pace(inputs).batch_size == 1


def test_a_pace_that_is_cancelled_leaves_the_model_as_it_was(
    shared: Worker, inputs: np.ndarray
) -> None:
    class AtTheFirstLook(threading.Event):
        looked = 0

        def is_set(self) -> bool:
            self.looked += 1
            return self.looked > 3

    before, pid = shared.explain(inputs, 1, "saliency"), shared.pid
    large = np.zeros((1, 3, 512, 512), np.float32)
    with pytest.raises(Cancelled):
        shared.pace(large, cancel=AtTheFirstLook())
    np.testing.assert_array_equal(shared.explain(inputs, 1, "saliency").values, before.values)
    assert shared.pid == pid
