"""MST-C against Prim's algorithm and Jarvis' march, and its special maps."""

from __future__ import annotations

import numpy as np
import pytest

from tests.scores.metrics import reference
from xai_core.scores.metrics.base import METRICS

RNG = np.random.default_rng(3)
METRIC = METRICS["mst-c"]


def block(top: int, left: int, side: int, value: float = 1.0) -> np.ndarray:
    one = np.zeros((30, 30))
    one[top : top + side, left : left + side] = value
    return one


@pytest.mark.proof("mst-c", by="a plain version")
@pytest.mark.parametrize("shape", [(14, 11), (9, 20)])
def test_it_is_the_slow_formula(shape: tuple[int, int]) -> None:
    for one in RNG.random((4, *shape)) ** 3:
        points = np.argwhere(one >= np.percentile(one, 80)).astype(float)
        wanted = reference.compactness(points, float(np.hypot(*shape)))
        assert METRIC.score(one[None])[0] == pytest.approx(wanted, rel=1e-9)


def test_of_a_sparse_map_only_what_is_above_zero_counts() -> None:
    one = block(5, 5, 4)
    wanted = reference.compactness(np.argwhere(one > 0).astype(float), float(np.hypot(30, 30)))
    assert METRIC.score(one[None])[0] == pytest.approx(wanted, rel=1e-9)
    assert METRIC.score(-7 * one[None])[0] == pytest.approx(wanted, rel=1e-9)


def test_one_heap_is_more_compact_than_two_and_two_than_dust() -> None:
    dust = np.zeros(900)
    dust[RNG.choice(900, 32, replace=False)] = 1
    two = block(2, 2, 4) + block(22, 22, 4)
    scores = METRIC.score(np.stack([block(10, 10, 6), two, dust.reshape(30, 30)]))
    assert list(scores) == sorted(scores, reverse=True)


def test_what_encloses_no_area_has_no_score_and_says_why() -> None:
    line, pair, dead = np.zeros((9, 9)), np.zeros((9, 9)), np.zeros((9, 9))
    line[4, 2:7], pair[0, 0], pair[3, 3] = 1, 1, 1
    wild = RNG.random((9, 9))
    wild[0, 0] = np.inf
    maps = np.stack([line, pair, dead, wild])
    assert np.isnan(METRIC.score(maps)).all()
    for one, cause in zip(maps, ("line", "line", "zero everywhere", "not finite"), strict=True):
        assert cause in METRIC.undefined_because(one[None])


def test_a_flat_map_is_scored_as_its_grid() -> None:
    (score,) = METRIC.score(np.ones((1, 8, 8)))
    assert score == pytest.approx(100 * np.hypot(8, 8) * 64 / (63 * 7))
