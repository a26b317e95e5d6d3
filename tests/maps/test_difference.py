"""What two maps differ in, against sums worked by hand and slow plain formulas."""

from __future__ import annotations

import math

import numpy as np
import pytest

from xai_core.maps.difference import map_difference
from xai_core.maps.recipe import Recipe
from xai_core.maps.similarity import cosine

PLAIN = (Recipe(quantile=None), Recipe(quantile=None))
RNG = np.random.default_rng(0)


def of(rows: list[list[float]]) -> np.ndarray:
    """`[1, 1, h, w]`."""
    return np.array(rows, dtype=np.float32)[None, None]


def test_a_case_by_hand() -> None:
    found = map_difference(of([[0, 2], [4, 0]]), of([[1, 0], [0, -2]]), PLAIN)
    np.testing.assert_allclose(found.first, [[0, 0.5], [1, 0]])
    np.testing.assert_allclose(found.second, [[0.5, 0], [0, 1]])
    np.testing.assert_allclose(found.signed, [[0.5, -0.5], [-1, 1]])
    assert found.largest == 1
    # Magnitudes 0 2 4 0 and 1 0 0 2 have the ranks 1½ 3 4 1½ and 3 1½ 1½ 4: Pearson's of those.
    assert found.similarity.rank == pytest.approx(-8 / 9)
    assert found.cosine == 0
    assert not found.same


def test_the_removal_comes_before_the_difference() -> None:
    recipes = (Recipe(quantile=0.5), Recipe(quantile=0.0))
    found = map_difference(of([[1, 2], [3, 5]]), of([[1, 2], [3, 5]]), recipes)
    np.testing.assert_allclose(found.first, [[0, 0], [0.2, 1]])  # − 2.5, over 2.5
    np.testing.assert_allclose(found.second, [[0, 0.25], [0.5, 1]])  # − 1, over 4
    assert found.cosine == pytest.approx(1)


def test_the_cosine_is_the_plain_formula_also_of_tiny_values() -> None:
    one, other = RNG.normal(size=(2, 6, 5))
    pairs = list(zip(one.ravel(), other.ravel(), strict=True))
    length = math.sqrt(sum(a * a for a, _ in pairs)) * math.sqrt(sum(b * b for _, b in pairs))
    assert cosine(one, other) == pytest.approx(sum(a * b for a, b in pairs) / length)
    assert cosine(one * 1e-200, other * 1e-200) == pytest.approx(cosine(one, other))


def test_a_factor_and_rounding_are_no_difference_and_another_map_is_one() -> None:
    one, other = RNG.normal(size=(2, 1, 3, 8, 8)).astype(np.float32)
    assert map_difference(one, 3 * one * (1 + 1e-6), PLAIN).same
    assert not map_difference(one, other, PLAIN).same
    assert not map_difference(one, np.full_like(one, np.nan), PLAIN).same


def test_dead_maps_are_the_same_and_have_no_figures() -> None:
    zero = np.zeros((1, 1, 4, 4), np.float32)
    found = map_difference(zero, zero, PLAIN)
    assert found.same
    assert np.isnan([found.cosine, found.similarity.rank, found.similarity.structure]).all()
    assert not map_difference(zero, zero + np.eye(4, dtype=np.float32), PLAIN).same
