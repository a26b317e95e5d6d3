"""Draws are held still, and cost little where a proof holds them for each of its passes."""

from __future__ import annotations

import random
import traceback

import numpy as np
import pytest
import torch

from xai_core.base import draws
from xai_core.base.draws import same_draws


def drawn() -> tuple[float, float, float]:
    return float(torch.rand(())), float(np.random.rand()), random.random()  # noqa: S311


def test_they_are_those_of_the_seed_and_leave_no_trace() -> None:
    torch.manual_seed(5)
    expected = float(torch.rand(()))
    before = torch.random.get_rng_state(), np.random.get_state()[1].copy(), random.getstate()
    with same_draws(5):
        found = drawn()
    with same_draws(5):
        assert drawn() == found
    assert found[0] == expected
    assert torch.equal(torch.random.get_rng_state(), before[0])
    assert (np.random.get_state()[1] == before[1]).all()
    assert random.getstate() == before[2]


def test_without_another_device_no_stack_is_noted_for_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(draws, "_accelerated", lambda: False)
    monkeypatch.setattr(traceback, "format_stack", lambda *_: pytest.fail("it is noted"))
    with same_draws(5):
        assert drawn()
