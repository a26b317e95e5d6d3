"""Metrics that ask the model, against their slow formulas, and what they leave behind."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from tests.attribution.nets import functional, layered, pictures
from tests.scores.metrics import reference
from xai_core.attribution.explanation import explain
from xai_core.attribution.result import Attribution
from xai_core.base.errors import Cancelled, InputError
from xai_core.base.target import Target
from xai_core.maps.canonical import canonicalise
from xai_core.maps.recipe import Recipe
from xai_core.scores.measurement import Measurement, measure, samples
from xai_core.scores.metrics.base import METRICS, GroupMetric, ModelMetric

RECIPE = Recipe(quantile=0.2)
ASKING = [
    one.name for one in METRICS if isinstance(one, ModelMetric) and not isinstance(one, GroupMetric)
]
FEW = {
    "non-sensitivity": {"most": 12},
    "infidelity": {"draws": 20},
    "sensitivity-n": {"sizes": 2, "draws": 8},
    "monotonicity-correlation": {"groups": 5, "draws": 2},
    "max-sensitivity": {"draws": 2},
    "local-lipschitz": {"draws": 2},
    "relative-input-stability": {"draws": 2},
    "mprt": {"stages": 2},
    "smooth-mprt": {"stages": 1, "draws": 2},
}
X = pictures()
Make = Callable[[], nn.Module]
NETS = pytest.mark.parametrize("make", [layered, functional])


class Linear(nn.Module):
    """One output: Σ w·x. Its true order of pixels is known."""

    def __init__(self, weight: Tensor) -> None:
        super().__init__()
        self.weight = nn.Parameter(weight)

    def forward(self, x: Tensor) -> Tensor:
        if x.shape[0] != 1:
            raise RuntimeError("takes one picture at a time")
        return (x * self.weight).sum((1, 2, 3))[:, None]


def attribution(
    values: np.ndarray, target: int | None = 2, method: str = "saliency"
) -> Attribution:
    return Attribution(
        values=values.astype(np.float32),
        method=method,
        parameters={},
        seed=4,
        target=(target,),
        native_size=values.shape[2:],
        seconds=0.0,
        signed=False,
    )


def score(net: Any, one: Attribution, metric: str, recipe: Recipe = RECIPE) -> float:
    found = measure(net, X, one, recipe, metric, parameters=FEW.get(metric))
    assert found.score is not None, found.cause
    return found.score


def probability(net: nn.Module, target: int) -> reference.Predict:
    def predict(x: np.ndarray) -> float:
        with torch.no_grad():
            return float(net(torch.from_numpy(x)).softmax(1)[0, target])

    return predict


@pytest.fixture
def signed() -> Attribution:
    return explain(layered(), X, 2, "input-x-gradient", 4)


@pytest.fixture
def saliency() -> Attribution:
    return explain(layered(), X, 2, "saliency", 4)


@pytest.mark.proof("pixel-flipping", by="a plain version", on=("layered", "functional"))
@NETS
def test_pixel_flipping_is_the_slow_formula(make: Make) -> None:
    recipe, saliency = Recipe(quantile=None), explain(make(), X, 2, "saliency", 4)
    values = canonicalise(saliency, recipe)[0]
    order = sorted(np.ndindex(*values.shape), key=lambda place: -values[place])
    curve = reference.flipping_curve(probability(make(), 2), X, order, 2)
    assert len(curve) == 60
    wanted = reference.mean_height(curve)
    assert score(make(), saliency, "pixel-flipping", recipe) == pytest.approx(wanted, rel=1e-4)


def test_pixel_flipping_prefers_the_true_order_of_a_linear_model() -> None:
    weight = torch.randn(1, 3, 12, 10, generator=torch.Generator().manual_seed(0))
    true = weight.numpy() * (X - X.mean((2, 3), keepdims=True))
    recipe = Recipe(sign="as-is", quantile=0.0)
    noise = np.random.default_rng(1).normal(size=true.shape)
    heights = [
        score(Linear(weight), attribution(values, None, "occlusion"), "pixel-flipping", recipe)
        for values in (true, noise, -true)
    ]
    assert heights == sorted(heights)
    assert len(set(heights)) == 3


def test_only_the_picture_inside_its_padding_is_flipped(saliency: Attribution) -> None:
    seen: list[np.ndarray] = []

    class Watched(nn.Module):
        def forward(self, x: Tensor) -> Tensor:
            seen.append(x.numpy().copy())
            return x.mean((2, 3))

    recipe = Recipe(crop=(2, 1, 11, 8), grid=(5, 4))
    score(Watched(), saliency, "pixel-flipping", recipe)
    outside = np.ones((12, 10), dtype=bool)
    outside[2:11, 1:8] = False
    for one in np.concatenate(seen[2:]):
        np.testing.assert_array_equal(one[:, outside], X[0][:, outside])
    inside = seen[-1][-1, :, 2:11, 1:8].reshape(3, -1)
    np.testing.assert_allclose(inside, inside[:, :1].repeat(63, 1))


def test_pixel_flipping_takes_ties_in_a_random_order_of_the_seed() -> None:
    flat, recipe = attribution(np.ones_like(X)), Recipe(quantile=None)
    first, second, again = (
        score(layered(), replace(flat, seed=seed), "pixel-flipping", recipe) for seed in (1, 2, 1)
    )
    assert first == again != second


def test_a_model_that_only_predicts_can_be_asked() -> None:
    net = layered()
    predictor = SimpleNamespace(
        module=None, reference=lambda x: net(torch.from_numpy(x)).detach().numpy()
    )
    one = explain(net, X, 2, "occlusion", window=4)
    assert score(predictor, one, "pixel-flipping") == score(net, one, "pixel-flipping")
    other = score(net, one, "random-logit")  # explained in part, which rounds otherwise
    assert score(predictor, one, "random-logit") == pytest.approx(other, rel=1e-4)


@pytest.mark.proof("sensitivity", by="a plain version", on=("layered", "functional"))
@NETS
def test_sensitivity_is_the_slow_formula(make: Make) -> None:
    saliency = explain(make(), X, 2, "saliency", 4)

    def again(x: np.ndarray) -> np.ndarray:
        return canonicalise(explain(make(), x, 2, "saliency", 4), RECIPE)[0]

    radius = 0.02 * float(X.max() - X.min())
    wanted = reference.sensitivity(again, X, radius, 10, seed=4)
    assert score(make(), saliency, "sensitivity") == pytest.approx(wanted, rel=1e-6)


def test_a_gradient_that_is_the_same_everywhere_is_not_sensitive() -> None:
    net = Linear(torch.randn(1, 3, 12, 10))
    assert score(net, explain(net, X, None, "saliency"), "sensitivity") == 0.0


@pytest.mark.proof("random-logit", by="a plain version", on=("layered", "functional"))
@NETS
def test_random_logit_is_the_similarity_to_another_class(make: Make) -> None:
    np.random.seed(4)
    other = [0, 1, 3, 4][np.random.randint(0, 4, 1)[0]]
    maps = [
        canonicalise(explain(make(), X, target, "saliency", 4), RECIPE)[0] for target in (2, other)
    ]
    wanted = reference.similarity(*maps)
    saliency = explain(make(), X, 2, "saliency", 4)
    assert score(make(), saliency, "random-logit") == pytest.approx(wanted, rel=1e-5)


def test_random_logit_of_a_method_that_ignores_the_class_is_one() -> None:
    class Alike(nn.Module):
        """The same score for every class."""

        def forward(self, x: Tensor) -> Tensor:
            return layered()(x)[:, :1].expand(-1, 5)

    one = explain(Alike(), X, 2, "saliency")
    assert score(Alike(), one, "random-logit") == pytest.approx(1.0)


def test_random_logit_needs_a_class() -> None:
    one = explain(layered(), X, Target("neuron", {"layer": "0", "unit": "1"}), "saliency")
    found = measure(layered(), X, one, RECIPE, "random-logit")
    cause = "What is explained is no class: there is no other to compare with."
    assert found == Measurement(None, cause)


def test_random_logit_needs_another_class() -> None:
    net = Linear(torch.randn(1, 3, 12, 10))
    found = measure(net, X, explain(net, X, None, "saliency"), RECIPE, "random-logit")
    assert found == Measurement(None, "The model has one output: there is no other class.")


@pytest.mark.parametrize("metric", METRICS, ids=lambda one: one.name)
@pytest.mark.parametrize(("value", "cause"), [(0.0, "zero everywhere"), (np.nan, "not finite")])
def test_a_map_without_a_score_says_why(metric: Any, value: float, cause: str) -> None:
    mask = X[0, 0] > 0
    one = attribution(np.full_like(X, value))
    found = measure(layered(), X, one, RECIPE, metric.name, mask=mask)
    assert found.score is None
    assert cause in (found.cause or "")


@pytest.mark.parametrize("metric", ASKING)
def test_it_leaves_no_trace(metric: str, signed: Attribution) -> None:
    net = layered().train()
    for parameter in net.parameters():
        parameter.grad = torch.ones_like(parameter)
    before = {name: value.clone() for name, value in net.state_dict().items()}
    random.seed(1)
    np.random.seed(1)
    torch.manual_seed(1)
    inputs, values = X.copy(), signed.values.copy()
    states = random.getstate(), np.random.get_state()[1].copy(), torch.get_rng_state()
    first = score(net, signed, metric)
    assert first == score(net, signed, metric)
    assert random.getstate() == states[0]
    np.testing.assert_array_equal(np.random.get_state()[1], states[1])
    assert torch.equal(torch.get_rng_state(), states[2])
    assert net.training
    assert all(p.requires_grad and p.grad is not None for p in net.parameters())
    assert all(torch.equal(value, before[name]) for name, value in net.state_dict().items())
    np.testing.assert_array_equal(X, inputs)
    np.testing.assert_array_equal(signed.values, values)


@pytest.mark.parametrize("metric", ASKING)
def test_the_progress_reaches_what_was_promised_and_stops_the_work(
    metric: str, signed: Attribution
) -> None:
    told: list[tuple[int, int]] = []
    few = FEW.get(metric, {})
    how = {"parameters": few, "progress": lambda *at: told.append(at)}
    measure(layered(), X, signed, RECIPE, metric, **how)
    promised = 1 + samples(metric, signed, X.shape[1:], few)
    assert told[-1][0] <= promised
    assert {total for _, total in told} == {promised}
    assert [done for done, _ in told] == sorted(done for done, _ in told)

    def stop(done: int, total: int) -> None:
        if done > 1:
            raise Cancelled

    net = layered().train()
    before = [value.clone() for value in net.state_dict().values()]
    with pytest.raises(Cancelled):
        measure(net, X, signed, RECIPE, metric, parameters=few, progress=stop)
    assert all(map(torch.equal, net.state_dict().values(), before))
    assert net.training


@pytest.mark.parametrize("metric", ASKING)
def test_a_map_alone_is_refused(metric: str) -> None:
    with pytest.raises(InputError, match="needs the model"):
        METRICS[metric].score(np.ones((1, 4, 4)))
