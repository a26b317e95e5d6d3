"""Each control's map, and which methods do not beat it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import rankdata

from tests.reference import entropy
from xai_core.base.errors import MethodError
from xai_core.demo.run import demo_run
from xai_core.maps.recipe import Recipe
from xai_core.maps.similarity import Similarity, similarity
from xai_core.runs.controls.base import CONTROLS, Case
from xai_core.runs.run import Score
from xai_core.runs.sanity import checked, make_controls, picture_scores, similarities


class Shuffled:
    """A model that gives the same map whatever its weights, and fails on one method."""

    def __init__(self, fails: str = "") -> None:
        self.fails = fails

    def explain(self, inputs, target, method, seed=0, parameters=None, **how):
        if method == self.fails:
            raise MethodError("Nothing to shuffle.", code="no-float-parameters")
        if how["progress"]:
            how["progress"](1, 1)
        return demo_run().attributions[method]


class Plain:
    """Scores by the slow formula."""

    def score(self, maps, metric="complexity"):
        return np.array([entropy(one) if one.any() else np.nan for one in maps])


def case(pixels: np.ndarray, seed: int = 0) -> Case:
    return Case(pixels, np.zeros((1, 3, *pixels.shape[:2]), np.float32), seed, Shuffled())


def test_uniform_noise_has_the_complexity_of_theory():
    pixels = np.zeros((224, 224, 3), np.uint8)
    values = CONTROLS["uniform-noise"].values(case(pixels))
    assert values.shape == (1, 1, 224, 224)
    assert entropy(values[0, 0]) == pytest.approx(np.log(224 * 224) - np.log(2) + 0.5, abs=0.005)
    again, other = (CONTROLS["uniform-noise"].values(case(pixels, seed)) for seed in (0, 1))
    assert np.array_equal(values, again)
    assert not np.array_equal(values, other)


def test_the_edges_are_sobels():
    pixels = np.random.default_rng(0).integers(0, 255, (9, 11, 3), dtype=np.uint8)
    grey = pixels @ np.array([0.2125, 0.7154, 0.0721]) / 255
    got = CONTROLS["edges"].values(case(pixels))[0, 0]
    across = np.array([[1, 0, -1], [2, 0, -2], [1, 0, -1]]) / 4
    for row in range(1, 8):
        for column in range(1, 10):
            window = grey[row - 1 : row + 2, column - 1 : column + 2]
            slopes = (window * across).sum(), (window * across.T).sum()
            assert got[row, column] == pytest.approx(np.hypot(*slopes) / np.sqrt(2), abs=1e-6)


def test_similarity_of_rank_is_pearsons_of_the_ranks():
    draws = np.random.default_rng(0)
    one, other = draws.random((12, 14)), draws.random((12, 14)).round(1)
    ranks = [rankdata(values) for values in (one.ravel(), other.ravel())]
    found = similarity(one, other)
    assert found.rank == pytest.approx(np.corrcoef(*ranks)[0, 1])
    assert not found.alike
    same = similarity(one, one * 7)
    assert (same.rank, same.structure) == pytest.approx((1, 1))
    assert same.alike


@pytest.mark.parametrize("broken", [0.0, 1.0, float("nan")])
def test_a_flat_or_broken_map_is_alike_to_nothing(broken):
    found = similarity(np.random.default_rng(0).random((8, 8)), np.full((8, 8), broken))
    assert not found.defined
    assert not found.alike


def test_every_control_goes_through_the_recipe_of_the_methods():
    run = demo_run()
    steps = []
    inputs = np.zeros((1, 3, *run.pixels.shape[:2]), np.float32)
    controls = make_controls(Shuffled(), run, inputs, progress=lambda *one: steps.append(one))
    assert set(controls.of_picture) == {"uniform-noise", "edges"}
    assert set(controls.of_methods["random-weights"]) == set(run.attributions)
    assert [done for done, _ in steps] == sorted(done for done, _ in steps)
    recipe = replace(Recipe(), crop=(0, 0, 100, 120), quantile=0.5)
    found = picture_scores(Plain(), controls, recipe)["uniform-noise"]
    assert found.raw == pytest.approx(np.log(12000) - np.log(2) + 0.5, abs=0.01)
    assert found.after <= np.log(6000)
    assert all(one.alike for one in similarities(run, controls, recipe).values())


def test_a_method_without_a_twin_says_why():
    run = demo_run()
    inputs = np.zeros((1, 3, *run.pixels.shape[:2]), np.float32)
    controls = make_controls(Shuffled(fails="fusiongrad"), run, inputs)
    assert "Nothing to shuffle" in controls.failures["fusiongrad"]
    assert set(controls.of_methods["random-weights"]) == {"guided-backprop"}


@pytest.mark.parametrize(
    ("metric", "missed"), [("complexity", ("edges",)), ("sparseness", ("uniform-noise",))]
)
def test_a_method_must_beat_its_controls_in_the_metrics_own_direction(metric, missed):
    picture = {"uniform-noise": Score(9.0, 9.0), "edges": Score(7.0, 7.0)}
    twins = {"random-weights": {"saliency": Score(float("nan"), float("nan"))}}
    alike = {"saliency": Similarity(0.9, 0.9)}
    (found,) = checked({"saliency": Score(8.0, 8.0)}, picture, twins, alike, metric).values()
    assert found.not_beaten == missed
    assert found.insensitive
    assert set(found.controls) == {"uniform-noise", "edges", "random-weights"}


def test_a_tie_beats_nothing():
    tie = {"edges": Score(8.0, 8.0)}
    assert checked({"saliency": Score(8.0, 8.0)}, tie, {}, {})["saliency"].not_beaten == ("edges",)
