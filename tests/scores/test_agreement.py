"""Places, Kendall's W and paired tests against SciPy and slow plain forms."""

from __future__ import annotations

from itertools import combinations, pairwise

import numpy as np
import pytest
from scipy import stats

from xai_core.scores.agreement import concordance, places
from xai_core.scores.paired import holm, mean_order, neighbours

RNG = np.random.default_rng(3)
NAN = float("nan")


def table(pictures: int, methods: int, spread: float = 1.0) -> np.ndarray:
    return RNG.normal(size=(pictures, methods)) + spread * np.arange(methods)


def plain_w(scores: np.ndarray) -> float:
    """Kendall's W from the mean of Spearman's correlations: W = (1 + (P − 1) r̄) / P."""
    pairs = combinations(range(len(scores)), 2)
    mean = np.mean([stats.spearmanr(scores[a], scores[b]).statistic for a, b in pairs])
    return float((1 + (len(scores) - 1) * mean) / len(scores))


def plain_effect(ahead: np.ndarray) -> float:
    moved = [one for one in ahead if one != 0]
    won = lost = 0.0
    for one in moved:
        rank = sum(abs(other) < abs(one) for other in moved)
        rank += (sum(abs(other) == abs(one) for other in moved) + 1) / 2
        won, lost = (won + rank, lost) if one > 0 else (won, lost + rank)
    return (won - lost) / (won + lost)


@pytest.mark.parametrize(("pictures", "methods"), [(2, 3), (5, 3), (12, 8), (64, 4)])
@pytest.mark.parametrize("rounded", [False, True], ids=["untied", "tied"])
def test_kendalls_w_is_scipys_friedman_test(pictures: int, methods: int, rounded: bool) -> None:
    scores = table(pictures, methods, 0.4)
    scores = scores.round() if rounded else scores
    found = concordance(scores)
    friedman = stats.friedmanchisquare(*scores.T)
    assert found.chi2 == pytest.approx(friedman.statistic)
    assert found.p == pytest.approx(friedman.pvalue)
    assert found.w == pytest.approx(friedman.statistic / (pictures * (methods - 1)))
    if not rounded:  # with ties inside a picture the two are not the same number
        assert found.w == pytest.approx(plain_w(scores))
    assert (found.pictures, found.left_out, found.methods) == (pictures, 0, methods)


def test_kendalls_w_of_two_methods_and_its_ends() -> None:
    same = np.tile([1.0, 2.0, 3.0], (6, 1))
    assert concordance(same).w == pytest.approx(1)
    two = np.array([[1.0, 2.0], [1.0, 2.0], [1.0, 2.0], [2.0, 1.0]])
    assert concordance(two).w == pytest.approx(0.25)  # S = (5 − 7)² / 2 = 2 of at most 8
    against = np.array([[1.0, 2.0], [2.0, 1.0]])
    assert concordance(against).w == pytest.approx(0)
    assert concordance(same).strength == "unusually strong"
    assert concordance(against).strength == "very weak"


@pytest.mark.parametrize(
    "scores",
    [np.ones((5, 3)), np.ones((1, 3)), np.ones((4, 1)), np.full((4, 3), NAN), np.empty((0, 3))],
    ids=["all equal", "one picture", "one method", "no score", "no picture"],
)
def test_kendalls_w_is_undefined_where_there_is_no_order(scores: np.ndarray) -> None:
    found = concordance(scores)
    assert np.isnan([found.w, found.chi2, found.p]).all()
    assert found.strength == "undefined"


def test_a_gap_leaves_the_picture_out_and_an_empty_method_is_not_compared() -> None:
    scores = table(10, 4)
    complete = concordance(scores[1:, [0, 1, 3]])
    scores[0, 1] = NAN
    scores[:, 2] = NAN
    found = concordance(scores)
    assert found.w == complete.w
    assert (found.pictures, found.left_out, found.methods) == (9, 1, 3)
    held = places(scores)
    assert held.compared.tolist() == [True, True, False, True]
    assert np.isnan(held.shares[2]).all()
    assert (held.pictures, held.left_out) == (9, 1)


@pytest.mark.parametrize("lower", [True, False])
def test_places_are_those_of_a_plain_count(lower: bool) -> None:
    scores = table(20, 5, 0.3).round(1)
    shares = places(scores, lower).shares
    sign = 1 if lower else -1
    for method in range(5):
        for place in range(5):
            wanted = np.mean([sum(sign * row < sign * row[method]) == place for row in scores])
            assert shares[method, place] == pytest.approx(wanted)
    np.testing.assert_allclose(shares.sum(1), 1)


@pytest.mark.parametrize("pictures", [2, 6, 20, 80])
@pytest.mark.parametrize("rounded", [False, True], ids=["untied", "tied"])
def test_neighbours_are_scipys_wilcoxon_test(pictures: int, rounded: bool) -> None:
    scores = table(pictures, 4, 0.5)
    scores = scores.round() if rounded else scores
    found = neighbours(scores)
    order = sorted(range(4), key=lambda column: scores[:, column].mean())
    assert [(one.front, one.back) for one in found] == list(pairwise(order))
    for one in found:
        ahead = scores[:, one.back] - scores[:, one.front]
        if (ahead == 0).all():
            assert (one.p, one.effect) == (1.0, 0.0)
            continue
        assert one.p == pytest.approx(stats.wilcoxon(ahead[ahead != 0]).pvalue)
        assert one.effect == pytest.approx(plain_effect(ahead))
        assert one.difference == pytest.approx(ahead.mean())
        assert set(one.reversed_on) == set(np.flatnonzero(ahead < 0))
        assert sorted(ahead[list(one.reversed_on)]) == ahead[list(one.reversed_on)].tolist()


def test_where_higher_is_better_all_turns() -> None:
    scores = table(12, 3)
    up, down = neighbours(scores, lower=False), neighbours(-scores)
    assert up == down
    assert mean_order(scores, lower=False) == mean_order(-scores) == (2, 1, 0)


def test_a_gap_is_left_out_of_its_own_pairs_alone() -> None:
    scores = table(12, 3, 2.0)
    scores[:2, 0] = NAN
    first, second = neighbours(scores)
    assert (first.pictures, first.left_out) == (10, 2)
    assert (second.pictures, second.left_out) == (12, 0)
    assert first.p == pytest.approx(stats.wilcoxon(scores[2:, 0], scores[2:, 1]).pvalue)


def test_means_of_different_pictures_do_not_turn_a_pair() -> None:
    """On the pictures that both have, the second is the better one."""
    scores = np.array([[NAN, 9.0], [5.0, 4.0], [5.0, 4.0], [5.0, 4.5]])
    (only,) = neighbours(scores)
    assert mean_order(scores) == (0, 1)
    assert (only.front, only.back, only.effect) == (1, 0, 1.0)
    assert only.difference > 0


@pytest.mark.parametrize(
    ("scores", "p"),
    [(np.ones((6, 2)), 1.0), (np.array([[1.0, 2.0]]), NAN), (np.array([[1, NAN], [NAN, 2]]), NAN)],
    ids=["all equal", "one picture", "no picture in common"],
)
def test_where_there_is_nothing_to_test(scores: np.ndarray, p: float) -> None:
    (only,) = neighbours(scores)
    assert only.p == pytest.approx(p, nan_ok=True)
    assert only.reversed_on == ()


def test_one_method_has_no_neighbour() -> None:
    assert neighbours(np.ones((3, 1))) == ()
    assert neighbours(np.full((3, 2), NAN)) == ()


def test_holm_is_the_closed_bonferroni_test() -> None:
    """Adjusted p of i: the largest Bonferroni p over all sets of hypotheses that hold i."""
    for _ in range(20):
        p = RNG.random(5) ** 3
        sets = [one for size in range(1, 6) for one in combinations(range(5), size)]
        wanted = [
            max(min(1.0, len(one) * min(p[list(one)])) for one in sets if index in one)
            for index in range(5)
        ]
        np.testing.assert_allclose(holm(p), wanted)


def test_holm_leaves_out_what_is_undefined() -> None:
    np.testing.assert_allclose(holm(np.array([0.01, NAN, 0.04])), [0.02, NAN, 0.04])
