"""Quantiles that are suggested, on curves and maps of which the right answer is known."""

from __future__ import annotations

import numpy as np
import pytest
from skimage.filters import threshold_triangle

from xai_core import sweep
from xai_core.maps.canonical import remove_baseline
from xai_core.scores.suggestion import BINS, pedestal, stable_range, triangle

RNG = np.random.default_rng(9)
LEVELS = np.arange(100) / 100


def thin(share: float = 0.1, side: int = 100) -> np.ndarray:
    """Zeros with a signal of 0.5 to 1 on a share of the pixels."""
    values = np.zeros(side * side)
    lit = RNG.choice(values.size, int(share * values.size), replace=False)
    values[lit] = RNG.uniform(0.5, 1.0, lit.size)
    return values.reshape(side, side)


@pytest.mark.parametrize("level", [0.1, 0.2, 0.4])
@pytest.mark.parametrize("share", [0.05, 0.2])
def test_a_known_pedestal_is_found_and_its_removal_leaves_the_signal(
    level: float, share: float
) -> None:
    signal = thin(share)
    found = pedestal(signal + level + RNG.normal(scale=0.01, size=signal.shape))
    assert found is not None
    assert found.level == pytest.approx(level, abs=0.02)
    assert level < found.edge < level + 0.45
    assert found.quantile == pytest.approx(1 - share, abs=0.02)
    left = remove_baseline(signal + level, found.quantile).values > 0
    assert (left == (signal > 0)).mean() > 0.98


@pytest.mark.parametrize(
    "values",
    [
        thin(),
        np.abs(RNG.normal(size=(80, 80))),
        RNG.exponential(size=(80, 80)),
        RNG.normal(size=(80, 80)),
        np.full((20, 20), 0.7),
        np.zeros((20, 20)),
        np.full((20, 20), np.nan),
    ],
    ids=["zeros", "half normal", "exponential", "signed", "constant", "dead", "not a number"],
)
def test_a_map_that_stands_on_nothing_has_no_pedestal(values: np.ndarray) -> None:
    assert pedestal(values) is None


def test_the_widest_range_without_a_flip() -> None:
    one, other = np.full(100, 1.0), np.full(100, 2.0)
    other[20:80] = 0.5
    found = stable_range({"a": one, "b": other}, LEVELS)
    assert found is not None
    assert (found.low, found.high, found.quantile) == (0.2, 0.79, pytest.approx(0.495, abs=0.006))


def test_nobody_overtakes_within_it() -> None:
    maps = np.stack([RNG.random((30, 30)) ** power + RNG.random() / 2 for power in (1, 2, 3)])
    curves = dict(zip("abc", sweep(maps, LEVELS), strict=True))
    found = stable_range(curves, LEVELS)
    assert found is not None
    inside = (found.low <= LEVELS) & (found.high >= LEVELS)
    orders = {tuple(order) for order in np.argsort(list(curves.values()), axis=0).T[inside]}
    assert len(orders) == 1


def test_a_map_without_a_score_is_left_out_and_one_alone_has_no_ranking() -> None:
    dead = np.full(100, np.nan)
    curves = {"a": np.full(100, 1.0), "dead": dead}
    assert stable_range(curves, LEVELS) is None
    found = stable_range({**curves, "b": np.full(100, 2.0)}, LEVELS)
    assert found is not None
    assert (found.low, found.high) == (0.0, 0.99)


def test_the_triangle_is_that_of_scikit_image() -> None:
    random = np.random.default_rng(0)
    for values in (
        random.gamma(2.0, size=5000),
        -random.gamma(2.0, size=5000),
        random.normal(size=5000),
        np.concatenate([np.zeros(4000), random.random(500)]),
        np.full(10, 3.0),
    ):
        expected = threshold_triangle(values, nbins=BINS)
        assert triangle(values) == pytest.approx(expected, abs=1e-12)
