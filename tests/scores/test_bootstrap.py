"""Intervals against SciPy's bootstrap called on one column, and where there is none."""

from __future__ import annotations

import time

import numpy as np
import pytest
from scipy import stats

from xai_core.scores.bootstrap import Band, band

RNG = np.random.default_rng(5)


def by_scipy(column: np.ndarray, draws: int, seed: int, level: float = 0.95) -> tuple[float, float]:
    found = stats.bootstrap(
        (column,),
        np.mean,
        n_resamples=draws,
        confidence_level=level,
        rng=np.random.default_rng(seed),
    ).confidence_interval
    return float(found.low), float(found.high)


@pytest.mark.parametrize("pictures", [3, 10, 64])
def test_every_column_is_scipys_bca_interval(pictures: int) -> None:
    scores = RNG.gamma(2.0, size=(pictures, 2, 3))
    found = band(scores, seed=4)
    np.testing.assert_allclose(found.mean, scores.mean(0))
    for place in np.ndindex(2, 3):
        low, high = by_scipy(scores[:, *place], 1000, 4)
        assert (found.low[place], found.high[place]) == pytest.approx((low, high), abs=1e-12)


def test_a_picture_without_a_score_is_left_out_of_its_columns_alone() -> None:
    scores = RNG.normal(size=(12, 3))
    gaps = scores.copy()
    gaps[2, 1] = np.nan
    gaps[:, 2] = np.nan
    found, full = band(gaps), band(scores)
    assert found.pictures.tolist() == [12, 11, 0]
    assert (found.low[0], found.high[0]) == pytest.approx((full.low[0], full.high[0]))
    alone = band(np.delete(scores[:, 1], 2))
    assert (found.low[1], found.high[1]) == pytest.approx((float(alone.low), float(alone.high)))
    assert np.isnan([found.mean[2], found.low[2], found.high[2]]).all()


def test_the_same_seed_gives_the_same_interval() -> None:
    scores = RNG.normal(size=(9, 4))
    np.testing.assert_array_equal(band(scores, seed=1).low, band(scores, seed=1).low)
    assert (band(scores, seed=1).low != band(scores, seed=2).low).any()


def test_one_picture_has_a_mean_and_no_interval() -> None:
    found = band(np.array([[2.0, np.nan]]))
    assert found.mean[0] == 2.0
    assert np.isnan([found.low[0], found.high[0], found.mean[1]]).all()


def test_equal_scores_have_an_interval_without_width() -> None:
    scores = np.column_stack([np.full(8, 1.5), RNG.normal(size=8)])
    found = band(scores)
    assert found.low[0] == found.mean[0] == found.high[0] == 1.5
    assert found.low[1] < found.mean[1] < found.high[1]


def test_the_interval_covers_the_mean_about_as_often_as_it_says() -> None:
    scores = RNG.normal(size=(40, 1000))
    found = band(scores, draws=300)
    assert 0.92 < covered(found) < 0.97
    assert 0.82 < covered(band(scores[:8], draws=300)) < 0.93  # as `FEW` warns


def covered(found: Band) -> float:
    return float(np.mean((found.low <= 0) & (found.high >= 0)))


def test_a_band_over_all_quantiles_is_fast() -> None:
    scores = RNG.normal(size=(64, 8, 100))
    band(scores[:, :1, :1])  # SciPy is imported
    start = time.process_time()
    band(scores)
    assert time.process_time() - start < 2
