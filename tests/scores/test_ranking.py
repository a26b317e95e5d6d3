"""Complexity and sweep against Quantus and a plain loop; places and overtakings."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from xai_core import XaiError, baseline_subtraction_norm, complexity, sweep
from xai_core.scores.metrics.base import METRICS
from xai_core.scores.quantus_calls.library import quantus
from xai_core.scores.ranking import ceiling, overtakings, rank

RNG = np.random.default_rng(7)


def plain_entropy(values: np.ndarray) -> float:
    shares = np.abs(values).ravel() / np.abs(values).sum()
    return float(-sum(p * np.log(p) for p in shares if p > 0))


def by_quantus(one: np.ndarray) -> float:
    metric = quantus().Complexity(abs=True, normalise=False, disable_warnings=True)
    batch = one[None, None].astype(np.float64)
    return float(metric(model=None, x_batch=batch, y_batch=np.zeros(1), a_batch=batch.copy())[0])


@pytest.mark.proof("complexity", by="a plain version")
@pytest.mark.proof("complexity", by="Quantus")
def test_complexity_is_quantus_called_on_one_map_at_a_time() -> None:
    maps = RNG.random((6, 16, 16)) ** 4
    maps[2] = 0.0
    maps[4, 3, 3] = np.nan
    scores = complexity(maps)
    assert scores.dtype == np.float64
    assert np.isnan(scores[[2, 4]]).all()
    for index in (0, 1, 3, 5):
        assert scores[index] == pytest.approx(by_quantus(maps[index]), abs=1e-9)
        assert scores[index] == pytest.approx(plain_entropy(maps[index]), abs=1e-6)


def test_complexity_leaves_its_input_alone_and_ignores_scale() -> None:
    maps = RNG.random((2, 8, 8))
    before = maps.copy()
    scores = complexity(maps)
    np.testing.assert_array_equal(maps, before)
    np.testing.assert_allclose(complexity(maps * 1e-200), scores, atol=1e-9)
    np.testing.assert_allclose(complexity(-maps), scores, atol=1e-12)


def test_known_values() -> None:
    single = np.zeros((1, 4, 4))
    single[0, 1, 2] = 5.0
    assert complexity(single)[0] == pytest.approx(0.0, abs=1e-9)
    assert complexity(np.ones((1, 224, 224)))[0] == pytest.approx(10.823, abs=1e-3)


def test_a_pedestal_raises_complexity_and_its_removal_brings_it_back() -> None:
    thin = np.zeros((32, 32))
    thin[10:14, 10:14] = 1.0
    lifted = thin + 0.2
    removed = baseline_subtraction_norm(lifted, 0.2)
    raw, on_pedestal, after = complexity(np.stack([thin, lifted, removed]))
    assert on_pedestal > raw + 2
    assert after == pytest.approx(raw)


def test_sweep_is_a_loop_over_removal_and_quantus() -> None:
    maps = np.abs(RNG.normal(size=(4, 14, 14)))
    maps[1, :10] = 0.0
    maps[3] = 0.0
    quantiles = np.linspace(0, 0.99, 12)
    result = sweep(maps, quantiles)
    assert result.shape == (4, 12)
    for column, quantile in enumerate(quantiles):
        removed = np.stack([baseline_subtraction_norm(one, quantile) for one in maps])
        np.testing.assert_allclose(result[:, column], complexity(removed), atol=1e-7)


def test_sweep_does_not_pass_its_ceiling() -> None:
    quantiles = np.linspace(0, 0.99, 25)
    result = sweep(RNG.random((1, 40, 40)), quantiles)[0]
    assert all(score <= ceiling(q, 1600) for q, score in zip(quantiles, result, strict=True))


def test_sweep_keeps_a_nan_map_to_itself() -> None:
    maps = RNG.random((2, 6, 6))
    alone = sweep(maps[1:], np.array([0.1, 0.5]))
    maps[0, 0, 0] = np.nan
    both = sweep(maps, np.array([0.1, 0.5]))
    assert np.isnan(both[0]).all()
    np.testing.assert_array_equal(both[1:], alone)


def test_sweep_refuses_other_quantiles() -> None:
    with pytest.raises(XaiError):
        sweep(np.ones((1, 2, 2)), np.array([0.5, 1.5]))


def test_ranking_lists_what_has_no_score_and_never_ranks_it() -> None:
    found = rank(
        {"a": 2.0, "dead": float("nan"), "b": 1.0, "c": 2.0, "wild": float("inf")},
        causes={"dead": "zero everywhere"},
        pixels=100,
    )
    assert [(entry.name, entry.place) for entry in found.entries] == [
        ("b", 1),
        ("a", 2),
        ("c", 2),
        ("dead", None),
        ("wild", None),
    ]
    assert found.entries[3].cause == "zero everywhere"
    assert found.entries[4].cause
    assert found.entries[0].effective_share == pytest.approx(np.e / 100)


def test_overtakings_are_pairs_that_change_places() -> None:
    before = rank({"guided": 1.0, "fusion": 2.0, "other": 3.0, "new": float("nan")})
    after = rank({"fusion": 1.0, "guided": 2.0, "other": 3.0, "new": 0.5})
    assert [(one.winner, one.loser) for one in overtakings(before, after)] == [("fusion", "guided")]
    assert overtakings(before, before) == ()


def test_a_tie_is_no_overtaking() -> None:
    assert overtakings(rank({"a": 1.0, "b": 2.0}), rank({"a": 1.0, "b": 1.0})) == ()


@pytest.mark.proof("sparseness", "effective-complexity", by="Quantus")
@pytest.mark.proof("sparseness", "effective-complexity", by="a plain version")
def test_other_metrics_are_quantus_on_one_map_at_a_time() -> None:
    maps = RNG.random((4, 9, 7)) ** 4
    gini = quantus().Sparseness(abs=True, normalise=False, disable_warnings=True)
    count = quantus().EffectiveComplexity(eps=0.05, normalise=False, disable_warnings=True)
    for one in maps:
        # Twice the area between the diagonal and the curve of Lorenz; those above a twentieth.
        steps = np.concatenate([[0], np.cumsum(np.sort(one.ravel()))]) / one.sum()
        area = sum((low + high) / 2 for low, high in pairwise(steps)) / one.size
        assert METRICS["sparseness"].score(one[None])[0] == pytest.approx(1 - 2 * area, abs=1e-5)
        lit = sum(value > one.max() / 20 for value in one.ravel())
        assert METRICS["effective-complexity"].score(one[None])[0] == lit
        scaled = (one / one.max())[None]
        for name, metric in (("sparseness", gini), ("effective-complexity", count)):
            (wanted,) = metric.evaluate_batch(x_batch=scaled, a_batch=scaled.copy())
            assert METRICS[name].score(-3 * one[None])[0] == pytest.approx(wanted, rel=1e-9)


def test_a_single_pixel_and_a_flat_map() -> None:
    maps = np.zeros((2, 10, 10))
    maps[0, 3, 4], maps[1] = 2.0, 0.7
    np.testing.assert_allclose(METRICS["sparseness"].score(maps), [0.99, 0.0], atol=1e-4)
    np.testing.assert_array_equal(METRICS["effective-complexity"].score(maps), [1.0, 100.0])
