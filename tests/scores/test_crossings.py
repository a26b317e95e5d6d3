"""Flips between curves, and maps that the slider does not touch."""

from __future__ import annotations

import numpy as np
import pytest

from xai_core import baseline_subtraction_norm, complexity, sweep
from xai_core.scores.crossings import Crossing, crossings, unaffected_until
from xai_core.scores.ranking import overtakings, rank

LEVELS = np.array([0.0, 0.1, 0.2, 0.3])


def curve(*values: float) -> np.ndarray:
    return np.array(values)


def test_a_crossing_lies_where_the_drawn_lines_cross() -> None:
    found = crossings({"a": curve(1, 1, 1, 1), "b": curve(3, 2, 0, 0)}, LEVELS)
    assert found == (Crossing("b", "a", pytest.approx(0.15)),)


def test_crossings_come_in_the_order_of_the_quantile() -> None:
    found = crossings(
        {"a": curve(1, 1, 3, 3), "b": curve(2, 2, 2, 2), "c": curve(9, 0, 0, 9)}, LEVELS
    )
    assert [one.quantile for one in found] == sorted(one.quantile for one in found)
    assert [(one.winner, one.loser) for one in found].count(("b", "a")) == 1
    assert len(found) == 5


@pytest.mark.parametrize(
    "other",
    [curve(1, 1, 1, 1), curve(2, 1, 2, 2), curve(2, np.nan, 0, 0), curve(*[np.nan] * 4)],
    ids=["equal", "touching", "unknown between", "no score"],
)
def test_what_is_no_crossing(other: np.ndarray) -> None:
    assert crossings({"a": curve(1, 1, 1, 1), "b": other}, LEVELS) == ()


def test_lines_that_run_together_cross_once() -> None:
    found = crossings({"a": curve(1, 1, 1, 1), "b": curve(2, 1, 1, 0)}, LEVELS)
    assert [(one.winner, one.loser) for one in found] == [("b", "a")]


def test_between_two_quantiles_crossings_are_the_overtakings_of_the_rankings() -> None:
    rng = np.random.default_rng(5)
    maps = np.stack([rng.random((40, 40)) ** power + rng.random() for power in (1, 2, 4, 8)])
    maps[1] = np.maximum(maps[1] - np.quantile(maps[1], 0.4), 0)
    names = list("abcd")
    levels = np.linspace(0, 0.99, 100)
    scores = sweep(maps, levels)
    found = crossings(dict(zip(names, scores, strict=True)), levels)
    assert found
    before, after = (rank(dict(zip(names, scores[:, at].tolist(), strict=True))) for at in (0, -1))
    moved = [(one.winner, one.loser) for one in found]
    lasting = {pair for pair in moved if moved.count(pair) > moved.count(pair[::-1])}
    assert lasting == {(one.winner, one.loser) for one in overtakings(before, after)}


def test_below_its_share_of_zeros_a_map_is_not_affected() -> None:
    rng = np.random.default_rng(6)
    one = np.maximum(rng.normal(size=(30, 30)), 0)
    edge = unaffected_until(one)
    assert edge == pytest.approx((one == 0).mean(), abs=2e-3)
    raw = complexity(one[None])
    np.testing.assert_allclose(complexity(baseline_subtraction_norm(one, edge)[None]), raw)
    assert complexity(baseline_subtraction_norm(one, edge + 0.01)[None]) < raw


@pytest.mark.parametrize(
    "values", [np.ones((3, 3)), np.array([[-1.0, 0.0], [0.0, 2.0]]), np.full((2, 2), np.nan)]
)
def test_other_maps_are_affected_from_the_start(values: np.ndarray) -> None:
    assert unaffected_until(values) is None
