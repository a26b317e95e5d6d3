"""Statistics of very many pictures: against the plain ones of few, and in bounded memory."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from tests.peak import peak
from xai_core.scores import agreement, bootstrap
from xai_core.scores.bootstrap import band
from xai_core.scores.moments import Moments
from xai_core.scores.statistics import statistics

RNG = np.random.default_rng(3)


def test_moments_of_blocks_are_those_of_the_whole() -> None:
    scores = RNG.normal(1e6, 1.0, size=(500, 2, 3))  # far from 0: squares alone would cancel
    scores[RNG.random(scores.shape) < 0.2] = np.nan
    scores[:, 1, 2] = np.nan
    scores[1:, 1, 1] = np.nan
    scores[0, 1, 1] = 5.0
    found = Moments((2, 3))
    for block in np.split(scores, [1, 2, 100, 100, 450]):
        found.add_at((0,), block[:, 0])
        found.add_at((1,), block[:, 1])
    whole, streamed = band(scores, kind="normal"), found.band()
    assert streamed.kind == whole.kind == "normal"
    for one, other in zip(vars(streamed).values(), vars(whole).values(), strict=True):
        if not isinstance(one, str):
            np.testing.assert_allclose(one, other, rtol=1e-12)


def test_intervals_by_normal_theory_are_students_of_many_and_near_the_bootstraps() -> None:
    scores = RNG.gamma(2.0, size=(2000, 2))
    normal, drawn = band(scores, kind="normal"), band(scores)
    assert (normal.kind, drawn.kind) == ("normal", "bca")
    by_scipy = stats.t.interval(0.95, 1999, scores.mean(0), stats.sem(scores, axis=0))
    np.testing.assert_allclose((normal.low, normal.high), by_scipy, rtol=1e-4)
    width = normal.high - normal.low
    assert (np.abs(normal.low - drawn.low) < 0.1 * width).all()
    assert (np.abs(normal.high - drawn.high) < 0.1 * width).all()


def test_which_intervals_they_are_is_said_of_means_and_differences(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    scores = RNG.normal(size=(50, 3))
    monkeypatch.setattr(bootstrap, "MOST", 149)
    found = statistics(scores)
    assert found.means.kind == "normal"
    assert "normal theory" in found.means.told
    pair = found.neighbours[0]
    ahead = scores[:, pair.back] - scores[:, pair.front]
    assert pair.low == pytest.approx(float(band(ahead, kind="normal").low))


def test_a_part_at_a_time_gives_the_same_ranks(monkeypatch: pytest.MonkeyPatch) -> None:
    scores = RNG.integers(0, 4, size=(101, 5)).astype(float)  # with many ties
    scores[7, 2] = np.nan
    whole = agreement.places(scores), agreement.concordance(scores)
    monkeypatch.setattr(agreement, "BLOCK", 8)
    parts = agreement.places(scores), agreement.concordance(scores)
    np.testing.assert_array_equal(whole[0].shares, parts[0].shares)
    assert whole[1] == parts[1]


def test_a_comparison_names_as_many_reversals_as_are_asked_for() -> None:
    scores = RNG.normal(size=(300, 2))
    (all_of_them,), (some,) = (statistics(scores, reversed_most=n).neighbours for n in (None, 5))
    assert len(all_of_them.reversed_on) == all_of_them.reversals == some.reversals > 5
    assert some.reversed_on == all_of_them.reversed_on[:5]


def test_many_pictures_take_a_few_times_the_memory_of_their_scores() -> None:
    scores = RNG.normal(size=(100_000, 4)) + np.arange(4)
    statistics(scores[:100])  # SciPy is imported

    def run() -> None:
        assert statistics(scores, reversed_most=100).means.kind == "normal"

    assert peak(run) < 8 * scores.nbytes
