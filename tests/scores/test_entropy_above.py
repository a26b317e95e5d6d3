"""The fast sum over many baselines against the plain one, on maps that are hard for it."""

from __future__ import annotations

import numpy as np
import pytest

from tests.reference import entropy
from xai_core.scores.entropy_above import entropies_above, not_below_zero
from xai_core.scores.metrics.complexity import complexity

RNG = np.random.default_rng(3)
SIZE = 96 * 96
MAPS = {
    "even": RNG.random(SIZE),
    "a long tail": RNG.lognormal(size=SIZE) ** 4,
    "thin, on a pedestal": 1 + 1e-9 * RNG.random(SIZE),
    "half zero": np.maximum(RNG.normal(size=SIZE), 0),
    "negative": RNG.normal(size=SIZE),
    "five steps": RNG.integers(0, 5, SIZE).astype(float),
    "one hot pixel": np.eye(1, SIZE, 7).ravel(),
    "tiny": 1e-300 * RNG.random(SIZE),
    "forty values": RNG.random(40),
    "one value": np.array([2.0]),
}


@pytest.mark.parametrize("name", MAPS)
def test_it_is_the_plain_sum_at_every_baseline(name: str) -> None:
    ordered = np.sort(MAPS[name])
    baselines = np.quantile(ordered, np.linspace(0, 1, 101))
    plain = [
        entropy(lifted) if (lifted := np.maximum(ordered - one, 0.0)).any() else np.nan
        for one in baselines
    ]
    np.testing.assert_allclose(entropies_above(ordered, baselines), plain, atol=1e-9, rtol=0)


def test_nothing_is_below_zero_but_what_is_wrong() -> None:
    for pixel in 0.1 + RNG.random(50):
        ordered = np.array([0.0, 0.0, pixel])
        assert 0 <= entropies_above(ordered, np.zeros(1)) < 1e-12
    assert complexity(np.eye(6)[None, :1]) == 0
    np.testing.assert_array_equal(
        not_below_zero(np.array([-1e-12, -0.1, 0.2]), 1e-9), [0, -0.1, 0.2]
    )
