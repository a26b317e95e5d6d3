"""The standard error of noise methods, and stopping when it is small enough."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
import torch

from tests import reference
from tests.attribution.nets import layered, pictures
from tests.dose import dose, pairs, soaked
from xai_core.attribution.explanation import explain
from xai_core.attribution.noise.order import Sampling
from xai_core.attribution.noise.parameters import InputNoise, WeightNoise
from xai_core.attribution.noise.standard_error import RunningMean
from xai_core.attribution.passes.folding import WORTH
from xai_core.attribution.result import Attribution
from xai_core.base.progress import Preview
from xai_core.models.demo import demo_weights
from xai_core.models.loading import load_model
from xai_core.pictures.demo import picture_path
from xai_core.pictures.preprocessing import open_picture, prepare

METHODS = ("fusiongrad", "noisegrad", "smoothgrad")
PHOTOS = ("coffee.png", "rocket.jpg", "chelsea.png", "astronaut.png")
RECOMMENDED = 0.215


class Watching:
    """Keeps what it is told, and every preview."""

    def __init__(self) -> None:
        self.counts: list[tuple[int, int]] = []
        self.previews: list[Preview] = []

    def __call__(self, done: int, total: int) -> None:
        self.counts.append((done, total))

    def preview(self, make: Callable[[], Preview]) -> None:
        self.previews.append(make())


def mapped(method: str = "fusiongrad", seed: int = 5, **parameters: object) -> Attribution:
    return explain(layered(), pictures(), 1, method, seed, **parameters)


def cosine(one: np.ndarray, other: np.ndarray) -> float:
    one, other = one.ravel().astype(np.float64), other.ravel().astype(np.float64)
    return float(one @ other / np.linalg.norm(one) / np.linalg.norm(other))


@pytest.mark.parametrize("average", ["absolute", "signed"])
def test_without_a_tolerance_it_is_the_plain_formula_to_the_last_bit(average):
    parameters = {"n": 2, "m": 3, "std": 0.3, "sg_std": 0.4, "average": average}
    assert parameters["n"] * parameters["m"] < WORTH  # nothing is folded
    slow = reference.fusiongrad(layered(), torch.from_numpy(pictures()), 1, 5, **parameters)
    ours = mapped(batch_size=1, **parameters).values
    np.testing.assert_array_equal(ours, slow.float().numpy())


@pytest.mark.parametrize("count", [2, 3, 17])
def test_the_running_mean_is_numpys(count):
    maps = np.random.default_rng(count).normal(3, 2, (count, 5, 7))
    running = RunningMean()
    for one in maps:
        running.add(torch.from_numpy(one))
    error = maps.std(0, ddof=1) / np.sqrt(count)
    np.testing.assert_allclose(running.mean.numpy(), maps.mean(0), rtol=1e-12)
    expected = np.linalg.norm(error) / np.linalg.norm(maps.mean(0))
    assert running.relative_error == pytest.approx(expected, rel=1e-12)


def test_what_is_not_known_is_not_told():
    running = RunningMean()
    assert running.relative_error is None
    running.add(torch.zeros(2, 2))
    assert running.relative_error is None
    running.add(torch.zeros(2, 2))
    assert running.relative_error is None  # relative to nothing
    assert "standard_error" not in mapped(n=1, m=3).chosen
    assert "standard_error" in mapped("smoothgrad", m=3).chosen


@pytest.mark.parametrize("method", METHODS)
def test_it_stops_once_the_error_is_small_enough(method):
    asked = {"fusiongrad": {"n": 31, "m": 16}}.get(
        method, {"m" if method == "smoothgrad" else "n": 500}
    )
    loose, tight = (mapped(method, tolerance=one, **asked) for one in (0.2, 0.05))
    assert 3 <= loose.chosen["samples"] < tight.chosen["samples"] < 500
    assert 0.02 < loose.chosen["standard_error"] <= 0.2
    assert 0.02 < tight.chosen["standard_error"] <= 0.05
    again = mapped(method, tolerance=0.2, batch_size=1, **asked)
    assert again.chosen["samples"] == loose.chosen["samples"]
    np.testing.assert_allclose(again.values, loose.values, rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize("method", METHODS)
def test_a_tolerance_that_is_not_reached_takes_no_more_than_all_samples(method):
    watching = Watching()
    given = {"fusiongrad": {"n": 3, "m": 10}, "noisegrad": {"n": 7}, "smoothgrad": {"m": 7}}[method]
    found = mapped(method, tolerance=1e-6, progress=watching, **given)
    asked = np.prod(list(given.values()))
    assert 0.8 * asked <= found.chosen["samples"] <= asked
    assert watching.counts[-1] == (asked, asked)


def test_progress_ends_at_the_end_where_it_stops_early():
    watching = Watching()
    explain(layered(), pictures(2), 1, "fusiongrad", tolerance=0.5, progress=watching)
    done, totals = zip(*watching.counts, strict=True)
    assert done[-1] == totals[-1] == 200
    assert list(done) == sorted(set(done))


@pytest.mark.parametrize(("n", "m"), [(1, 1), (10, 10), (3, 10), (25, 1), (7, 50)])
def test_samples_are_spread_over_more_draws(n, m):
    plan = Sampling.spread_out(WeightNoise(n=n), InputNoise(m=m))
    assert plan.weights is not None
    assert n <= plan.steps == plan.weights.n
    assert plan.inputs.m + plan.left_out == m
    assert n * m - plan.inputs.m < plan.steps * plan.inputs.m <= n * m


def test_its_samples_are_the_first_of_those_that_it_would_take_without_a_tolerance():
    given = {"std": 0.3, "sg_std": 0.5, "average": "signed"}
    early = mapped(n=2, m=4, tolerance=1e-9, **given).values
    x = torch.from_numpy(pictures())
    slow = reference.fusiongrad(layered(), x, 1, 5, n=4, m=4, first=2, **given)
    np.testing.assert_allclose(early, slow, rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize(
    ("how", "average"),
    pairs(
        [("fusiongrad", {"n": 6, "m": 2}), ("noisegrad", {"n": 6}), ("smoothgrad", {"m": 6})],
        ["absolute", "signed"],
    ),
)
def test_the_error_is_that_of_maps_with_other_seeds(how, average):
    method, given = how
    found = [mapped(method, seed, average=average, **given) for seed in range(dose(70, 200))]
    maps = np.stack([one.values[0].sum(0) for one in found]).astype(np.float64)
    converged = maps.mean(0)
    norms = np.linalg.norm(maps, axis=(1, 2))
    told = np.array([one.chosen["standard_error"] for one in found])
    seen = maps.var(0, ddof=1).sum()
    assert ((told * norms) ** 2).mean() == pytest.approx(seen, rel=dose(0.2, 0.15))
    cosines = np.mean([cosine(one, converged) for one in maps])
    assert cosines == pytest.approx(np.sqrt(1 - (told**2).mean()), abs=0.04)


@pytest.mark.parametrize("method", METHODS)
def test_the_last_preview_is_the_map(method):
    watching = Watching()
    found = mapped(method, progress=watching)
    last = watching.previews[-1]
    np.testing.assert_allclose(last.values, found.values[0].sum(0), rtol=1e-5, atol=1e-7)
    assert last.values.dtype == np.float32
    assert len(watching.previews) > 1


def test_pictures_that_differ_are_told_one_by_one():
    found = explain(layered(), pictures(2), 1, "smoothgrad", tolerance=0.3, m=200)
    alone = [
        explain(layered(), pictures(2)[i : i + 1], 1, "smoothgrad", tolerance=0.3, m=200)
        for i in range(2)
    ]
    assert found.chosen["standard_error"] == [one.chosen["standard_error"] for one in alone]


@soaked
@pytest.mark.parametrize("picture", PHOTOS)
def test_the_recommended_tolerance_keeps_the_map_of_the_demo_with_few_samples(picture):
    model = load_model(demo_weights())
    photo = open_picture(picture_path("rocket").with_name(picture))
    inputs = prepare(photo, model.input_spec).inputs
    full, early = (
        explain(model, inputs, None, "fusiongrad", tolerance=one) for one in (0, RECOMMENDED)
    )
    assert early.chosen["samples"] <= 40
    assert cosine(full.values.sum(1), early.values.sum(1)) >= 0.99
