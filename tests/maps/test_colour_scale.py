"""The formulas of scales, against cases worked by hand and against NumPy's percentiles."""

from __future__ import annotations

import numpy as np
import pytest

from xai_core.maps.colour_scale import CONTRAST, ColourScale, against, over, peak
from xai_core.maps.colours import coloured

RNG = np.random.default_rng(0)


def test_a_scale_of_its_own_ends_at_its_percentile() -> None:
    values = RNG.normal(size=(9, 7))
    found = over([values], 90.0)
    assert found.brightest == pytest.approx(np.percentile(np.abs(values), 90))
    assert (found.scope, found.calm, found.pictures) == ("map", 0, 1)


def test_a_single_hot_pixel_is_not_left_out_where_it_is_all_there_is() -> None:
    lone = np.zeros((20, 20))
    lone[3, 4] = -2.0
    assert peak(lone, 99.5) == 2
    assert peak(np.full((2, 2), np.nan), 99.5) == 0


def test_several_maps_share_the_largest_of_their_ends() -> None:
    maps = [RNG.normal(size=(8, 8)) * factor for factor in (1, 5, 2)]
    found = over(maps, 95.0, "set")
    assert found.brightest == max(np.percentile(np.abs(one), 95) for one in maps)
    assert found.pictures == 3
    assert over([], 95.0).brightest == 0


def test_good_parts_worked_by_hand() -> None:
    """Two pictures, ten values: at percentile 80 eight of them are calm."""
    first, second = np.array([[0, 1, -2, 3, 4]]), np.array([[5, -6, 7, 8, 9]])
    found = against([first, second], 80.0)
    assert (found.calm, found.brightest) == (7, 7 * CONTRAST)
    shares = found.shares(np.array([[0, 7, -7, 14, -14, 21, 50]]))
    np.testing.assert_allclose(shares, [[0, 0, 0, 0.5, -0.5, 1, 1]])
    assert found.beyond(np.array([[0, 7, 8, -9]])) == 0.5


@pytest.mark.parametrize("percentile", [50.0, 90.0, 99.5, 100.0])
def test_pictures_of_one_size_are_a_plain_percentile(percentile: float) -> None:
    maps = [RNG.exponential(size=(12, 10)) for _ in range(5)]
    plain = np.percentile(np.concatenate(maps, axis=None), percentile, method="inverted_cdf")
    assert against(maps, percentile).calm == plain
    above = np.mean([against(maps, percentile).beyond(one) for one in maps])
    assert above <= 1 - percentile / 100 + 1e-12


def test_every_picture_counts_alike_whatever_its_size() -> None:
    small, large = np.full((2, 2), 1.0), np.full((40, 40), 10.0)
    assert against([small, large], 50.0).calm == 1
    assert against([small, large], 51.0).calm == 10


def test_a_good_part_stays_dark_and_a_fault_lights_up() -> None:
    good = [np.abs(RNG.normal(size=(30, 30))) for _ in range(6)]
    scale = against(good[:5], 99.0)
    fault = good[5].copy()
    fault[4:8, 4:8] += 4 * scale.calm
    own = over([good[5]], 99.0)
    dark = coloured(scale.shares(good[5]), "gray", 0, 1)
    lit = coloured(scale.shares(fault), "gray", 0, 1)
    assert dark.max() < 128 < lit[4:8, 4:8].min() == 255
    assert coloured(own.shares(good[5]), "gray", 0, 1).max() == 255, "by itself it lights up"


def test_without_a_value_there_is_no_scale_and_any_value_stands_out() -> None:
    nothing = against([np.zeros((3, 3))], 99.5)
    assert nothing == ColourScale("reference", 0.0, 0.0, 99.5, 1)
    np.testing.assert_array_equal(nothing.shares(np.array([[0.0, 1e-9, -2]])), [[0, 1, -1]])
    assert against([], 99.5).pictures == 0
    assert against([np.full((2, 2), np.nan)], 99.5).pictures == 0


def test_what_is_not_finite_stays_so_and_is_not_counted() -> None:
    values = np.array([[1.0, np.nan], [3.0, 4.0]])
    found = against([values], 100.0)
    assert found.calm == 4
    assert np.isnan(found.shares(values)[0, 1])
