"""Tests, fixtures and generators of modules draw the same numbers in any order."""

from __future__ import annotations

import random

import numpy as np
import pytest
import torch

RNG = np.random.default_rng(1)
DRAWS = torch.Generator().manual_seed(1)
SEEN: list[tuple[float, ...]] = []


def drawn() -> tuple[float, ...]:
    held = float(torch.rand((), generator=DRAWS)), float(RNG.random())
    return (*held, random.random(), float(np.random.rand()), float(torch.rand(())))  # noqa: S311


@pytest.fixture
def one() -> tuple[float, ...]:
    return drawn()


@pytest.mark.parametrize("time", range(2))
def test_each_test_draws_the_same(time: int) -> None:
    SEEN.append(drawn())
    assert len(SEEN) == time + 1
    assert SEEN[0] == SEEN[-1]


def test_a_fixture_draws_others(one: tuple[float, ...]) -> None:
    assert not set(one[2:]) & set(drawn()[2:])
