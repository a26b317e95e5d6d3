"""The recipe, against plain formulas."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from xai_core import Recipe, XaiError, baseline_subtraction_norm, canonicalise
from xai_core.attribution.result import Attribution
from xai_core.maps.canonical import before_removal, reduce_channels, remove_baseline, signed_part

ATTRIBUTION = np.random.default_rng(0).normal(size=(3, 3, 12, 10)).astype(np.float32)
finite_maps = arrays(
    np.float64, st.tuples(st.integers(1, 7), st.integers(1, 7)), elements=st.floats(-1e6, 1e6)
)


def plain_removal(values: np.ndarray, quantile: float) -> np.ndarray:
    baseline = np.quantile(values, quantile)
    lifted = np.array([max(v - baseline, 0.0) for v in values.ravel()]).reshape(values.shape)
    return lifted / lifted.max() if lifted.max() > 0 else lifted * 0


@given(finite_maps, st.floats(0, 1))
def test_removal_is_the_formula(values: np.ndarray, quantile: float) -> None:
    result = baseline_subtraction_norm(values, quantile)
    np.testing.assert_allclose(result, plain_removal(values, quantile), atol=1e-12)
    assert result.shape == values.shape
    assert result.min() >= 0
    assert result.max() <= 1


@pytest.mark.parametrize("shape", [(5,), (4, 6), (2, 3, 4)])
def test_any_shape_is_one_map(shape: tuple[int, ...]) -> None:
    values = np.random.default_rng(1).random(shape)
    np.testing.assert_allclose(baseline_subtraction_norm(values, 0.3), plain_removal(values, 0.3))


def test_a_flat_map_and_the_last_quantile_give_zeros() -> None:
    assert not baseline_subtraction_norm(np.full((4, 4), 3.0), 0.2).any()
    assert not baseline_subtraction_norm(np.arange(16.0).reshape(4, 4), 1.0).any()


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_a_value_that_is_not_finite_makes_its_own_map_nan_and_no_other(bad: float) -> None:
    batch = ATTRIBUTION.copy()
    batch[1, 0, 2, 2] = bad
    maps = canonicalise(batch)
    assert np.isnan(maps[1]).all()
    np.testing.assert_array_equal(maps[[0, 2]], canonicalise(ATTRIBUTION)[[0, 2]])


def test_the_input_is_not_changed() -> None:
    before = ATTRIBUTION.copy()
    canonicalise(ATTRIBUTION, Recipe(channels="max-abs", sign="positive", grid=(4, 4)))
    np.testing.assert_array_equal(ATTRIBUTION, before)


@pytest.mark.parametrize("quantile", [-0.1, 1.1, float("nan")])
def test_a_quantile_outside_is_refused(quantile: float) -> None:
    with pytest.raises(XaiError, match="between 0 and 1"):
        baseline_subtraction_norm(np.ones((2, 2)), quantile)


def test_an_empty_map_is_refused() -> None:
    with pytest.raises(XaiError, match="empty"):
        baseline_subtraction_norm(np.ones((0, 2)), 0.2)


def test_channels_are_reduced_as_their_names_say() -> None:
    values = np.array([[[[3.0]], [[-4.0]]]])
    found = {how: float(reduce_channels(values, how)[0, 0, 0]) for how in _channels()}
    assert found == {"sum": -1.0, "mean": -0.5, "l1": 7.0, "l2": 5.0, "max-abs": -4.0}


def _channels() -> tuple[str, ...]:
    return ("sum", "mean", "l1", "l2", "max-abs")


def test_signs_are_what_their_names_say() -> None:
    maps = np.array([[[-2.0, 0.0, 3.0]]])
    assert signed_part(maps, "absolute").tolist() == [[[2.0, 0.0, 3.0]]]
    assert signed_part(maps, "positive").tolist() == [[[0.0, 0.0, 3.0]]]
    assert signed_part(maps, "negative").tolist() == [[[2.0, 0.0, 0.0]]]
    assert signed_part(maps, "as-is").tolist() == maps.tolist()


@pytest.mark.parametrize("channels", _channels())
@pytest.mark.parametrize("sign", ["absolute", "positive", "negative", "as-is"])
@pytest.mark.parametrize("quantile", [None, 0.0, 0.4])
def test_every_recipe_ends_in_the_unit_interval(
    channels: str, sign: str, quantile: float | None
) -> None:
    recipe = Recipe(channels=channels, sign=sign, quantile=quantile, grid=(5, 4))  # type: ignore[arg-type]
    maps = canonicalise(ATTRIBUTION, recipe)
    assert maps.shape == (3, 5, 4)
    assert maps.min() >= 0
    assert maps.max() <= 1 + 1e-12


def test_the_order_of_steps_is_channels_sign_crop_grid_removal() -> None:
    recipe = Recipe(crop=(2, 1, 10, 9), quantile=0.3)
    by_hand = np.abs(ATTRIBUTION.astype(np.float64).sum(1))[:, 2:10, 1:9]
    expected = np.stack([plain_removal(one, 0.3) for one in by_hand])
    np.testing.assert_allclose(canonicalise(ATTRIBUTION, recipe), expected)


def test_each_map_is_as_if_it_stood_alone() -> None:
    together = canonicalise(ATTRIBUTION)
    for index in range(3):
        alone = canonicalise(ATTRIBUTION[index : index + 1])[0]
        np.testing.assert_array_equal(together[index], alone)


def test_scale_does_not_matter_even_where_it_is_tiny() -> None:
    tiny = ATTRIBUTION * np.float32(1e-30)
    recipe = Recipe(grid=(5, 5))
    np.testing.assert_allclose(
        canonicalise(tiny, recipe), canonicalise(ATTRIBUTION, recipe), atol=1e-5
    )


def test_a_grid_averages_when_it_shrinks() -> None:
    flat = np.ones((1, 1, 8, 8), dtype=np.float32)
    np.testing.assert_allclose(before_removal(flat, Recipe(grid=(2, 2))), np.ones((1, 2, 2)))


def test_as_is_warns_by_its_figures_that_a_pedestal_is_added() -> None:
    removal = remove_baseline(ATTRIBUTION[0].sum(0), 0.0)
    assert removal.baseline < 0


def test_an_attribution_is_taken_like_its_values() -> None:
    one = Attribution(ATTRIBUTION, "saliency", {}, 0, (0, 0, 0), (12, 10), 0.0, True)
    np.testing.assert_array_equal(canonicalise(one), canonicalise(ATTRIBUTION))


def test_a_missing_axis_is_told() -> None:
    with pytest.raises(XaiError, match="batch, channels, height, width"):
        canonicalise(ATTRIBUTION[0])


@pytest.mark.parametrize(
    "wrong", [{"channels": "median"}, {"sign": "both"}, {"quantile": 2.0}, {"grid": (0, 4)}]
)
def test_a_recipe_with_a_wrong_step_cannot_be_made(wrong: dict[str, object]) -> None:
    with pytest.raises(XaiError):
        Recipe(**wrong)  # type: ignore[arg-type]


def test_a_crop_outside_is_refused() -> None:
    with pytest.raises(XaiError, match="does not lie inside"):
        canonicalise(ATTRIBUTION, Recipe(crop=(0, 0, 99, 4)))


def test_a_recipe_survives_json() -> None:
    import json

    recipe = Recipe("l2", "positive", (1, 2, 3, 4), (5, 6), None)
    assert Recipe.from_dict(json.loads(json.dumps(recipe.to_dict()))) == recipe
