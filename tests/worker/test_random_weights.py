"""A worker explains its model on random weights, and has its own back afterwards."""

from __future__ import annotations

import threading

import numpy as np
import pytest

from xai_core.attribution.explanation import explain
from xai_core.attribution.random_weights import randomised
from xai_core.base.errors import Cancelled
from xai_core.models.loading import load_model
from xai_core.worker import Worker

pytestmark = pytest.mark.usefixtures("patient")


def test_it_equals_the_same_in_this_process(shared: Worker, tiny, inputs) -> None:
    before = shared.predict(inputs)
    got = shared.explain(inputs, 1, "fusiongrad", 3, {"n": 2, "m": 2}, randomised=True)
    module = load_model(tiny).module
    assert module is not None
    with randomised(module, 3):
        expected = explain(module, inputs, 1, "fusiongrad", 3, n=2, m=2)
    np.testing.assert_array_equal(got.values, expected.values)
    assert got.target == (1,)
    np.testing.assert_array_equal(shared.predict(inputs).scores, before.scores)


def test_a_cancel_gives_the_weights_back(shared: Worker, inputs) -> None:
    before, cancel, pid = shared.predict(inputs), threading.Event(), shared.pid
    with pytest.raises(Cancelled):
        shared.explain(
            inputs,
            1,
            "smoothgrad",
            parameters={"m": 200},
            randomised=True,
            progress=lambda done, total: cancel.set(),
            cancel=cancel,
        )
    np.testing.assert_array_equal(shared.predict(inputs).scores, before.scores)
    assert shared.pid == pid
