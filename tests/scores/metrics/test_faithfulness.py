"""Metrics of faithfulness: against slow formulas, against Quantus, and on a model that is known."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
import torch
from scipy.ndimage import gaussian_filter
from scipy.stats import pearsonr, spearmanr
from torch import Tensor, nn

import xai_core
from tests.attribution.nets import NETS as BUILT
from tests.attribution.nets import functional, layered, pictures
from tests.scores.metrics import reference_faithfulness as reference
from tests.scores.metrics.by_quantus import Kept, Listed, evaluated, quantus
from xai_core.scores.measurement import measure
from xai_core.scores.metrics.base import METRICS
from xai_core.scores.metrics.faithfulness import infidelity, sensitivity_n
from xai_core.scores.perturbation.imputation import imputed

X, TARGET, SEED = pictures(), 2, 4
SHAPE = X.shape[2:]
MAP = np.random.default_rng(5).random(SHAPE)  # all values differ: their order leaves no doubt
NETS = pytest.mark.parametrize("net", [layered(), functional()], ids=["layered", "functional"])
MEAN = np.broadcast_to(X[0].mean((1, 2), keepdims=True), X[0].shape)
BRIGHTEST = sorted(np.ndindex(*SHAPE), key=lambda place: -MAP[place])


def score(net: nn.Module, metric: str, one: np.ndarray = MAP, **parameters: Any) -> float:
    found = xai_core.score(
        one, metric, model=net, inputs=X, targets=TARGET, seed=SEED, **parameters
    )
    assert isinstance(found, float)
    return found


def predicting(net: nn.Module, *, softmax: bool = True) -> reference.Predict:
    def predict(one: np.ndarray) -> float:
        with torch.no_grad():
            found = net(torch.from_numpy(one[None].astype(np.float32))).double()
        return float((found.softmax(1) if softmax else found)[0, TARGET])

    return predict


@pytest.mark.proof("deletion", "insertion", by="a plain version", on=("layered", "functional"))
@NETS
def test_deletion_and_insertion_are_the_areas_under_the_slow_curves(net: nn.Module) -> None:
    empty, blurred = np.zeros_like(X[0]), gaussian_filter(X[0], (0, 1.0, 1.0))
    for name, start, end, given in (
        ("deletion", X[0], empty, {}),
        ("insertion", blurred, X[0], {"blur": 0.1}),
    ):
        curve = reference.in_turn(start, end, BRIGHTEST, 12, predicting(net))
        assert len(curve) == 13
        wanted = sum((a + b) / 2 for a, b in pairwise(curve)) / 12
        assert score(net, name, steps=12, **given) == pytest.approx(wanted, rel=1e-5)


@pytest.mark.proof("pixel-flipping", "monotonicity", by="Quantus", on=("layered", "functional"))
@pytest.mark.proof("monotonicity", by="a plain version", on=("layered", "functional"))
@NETS
def test_pixel_flipping_and_monotonicity_are_quantus(net: nn.Module) -> None:
    kept, flat = Kept(net, X, TARGET), MAP.reshape(1, -1)
    flipping = quantus().PixelFlipping(
        features_in_step=2, normalise=False, perturb_baseline=0.0, disable_warnings=True
    )
    curve = evaluated(flipping, kept, np.ones_like(flat), flat)[0]
    wanted = np.trapezoid(curve) / (len(curve) - 1)
    assert score(net, "pixel-flipping") == pytest.approx(wanted, rel=1e-5)

    seen: list[float] = []

    def put_back(arr: np.ndarray, indices: np.ndarray, **_: Any) -> np.ndarray:
        arr = arr.copy()
        arr[0, indices[0]] = 1  # its own perturbation puts the baseline on the baseline
        seen.append(float(kept.predict(arr)[0, 0]))
        return arr

    mono = quantus().Monotonicity(
        features_in_step=8, normalise=False, perturb_func=put_back, disable_warnings=True
    )
    (rises,) = evaluated(mono, kept, np.zeros_like(flat), flat)
    share = float((np.diff(seen) >= 0).mean())
    assert score(net, "monotonicity", steps=15) == pytest.approx(share)
    assert (share == 1) == bool(rises)
    slow = reference.in_turn(MEAN, X[0], BRIGHTEST[::-1], 15, predicting(net))
    rose = sum(after >= before for before, after in pairwise(slow[1:]))
    assert score(net, "monotonicity", steps=15) == pytest.approx(rose / 14)


@pytest.mark.proof("region-perturbation", by="a plain version", on=("layered", "functional"))
@pytest.mark.proof("region-perturbation", by="Quantus", on=("layered", "functional"))
@NETS
def test_region_perturbation_is_the_slow_curve_and_quantus(net: nn.Module) -> None:
    predict = predicting(net)
    curve = np.array(reference.regions(X[0], MAP, 2, 9, predict))
    found = score(net, "region-perturbation", side=2, regions=9)
    assert found == pytest.approx(float((curve[0] - curve).mean()), rel=1e-4, abs=1e-8)

    full = MEAN.reshape(1, -1)

    def mean_colour(arr: np.ndarray, indices: np.ndarray, **_: Any) -> np.ndarray:
        arr = arr.copy()
        arr[0, indices[0]] = full[0, indices[0]]
        return arr

    class Model:
        def shape_input(self, x: Any, *args: Any, **kwargs: Any) -> Any:
            return x

        def predict(self, x: np.ndarray) -> np.ndarray:
            return np.array([[predict(x[0])]])

    theirs = quantus().RegionPerturbation(
        patch_size=2,
        regions_evaluation=9,
        normalise=False,
        perturb_func=mean_colour,
        disable_warnings=True,
    )
    falls = evaluated(theirs, Model(), X.copy(), MAP[None, None])[0]
    np.testing.assert_allclose(falls, (curve[0] - curve)[1:], rtol=1e-5, atol=1e-8)


def test_imputation_is_that_of_quantus_and_of_the_slow_formula() -> None:
    gone = np.random.default_rng(2).random(SHAPE) < 0.6
    ours = imputed(X[0], gone)
    theirs = quantus().perturb_func.noisy_linear_imputation(
        X[0].astype(np.float64), np.flatnonzero(gone), noise=0.0
    )
    np.testing.assert_allclose(ours, theirs, atol=1e-9)
    np.testing.assert_allclose(ours, reference.imputed(X[0], gone, 60), atol=1e-3)
    np.testing.assert_allclose(imputed(X[0], ~np.zeros(SHAPE, dtype=bool)), MEAN, atol=1e-6)
    np.testing.assert_array_equal(imputed(X[0], np.zeros(SHAPE, dtype=bool)), X[0])


@pytest.mark.proof("road", by="a plain version", on=("layered", "functional"))
@pytest.mark.proof("road", by="Quantus", on=("layered", "functional"))
@NETS
def test_road_is_the_mean_over_imputed_pictures(net: nn.Module) -> None:
    draws, noise = np.random.RandomState(SEED), 0.01 * float(X.max() - X.min())
    found = []
    for share in (0.25, 0.5, 0.75):
        gone = np.zeros(SHAPE, dtype=bool)
        gone[tuple(np.transpose(BRIGHTEST[: int(share * MAP.size)]))] = True
        filled = quantus().perturb_func.noisy_linear_imputation(
            X[0].astype(np.float64), np.flatnonzero(gone), noise=0.0
        )
        filled = filled.reshape(X[0].shape) + noise * draws.randn(*X[0].shape)
        found.append(predicting(net)(np.where(gone, filled, X[0])))
    assert score(net, "road", steps=3) == pytest.approx(np.mean(found), rel=1e-5)


@pytest.mark.proof("infidelity", by="a plain version", on=("layered", "functional"))
@pytest.mark.proof("infidelity", by="Quantus", on=("layered", "functional"))
@NETS
def test_infidelity_is_the_slow_formula_and_quantus_given_the_same_squares(
    net: nn.Module,
) -> None:
    squares = list(infidelity.drawn((12, 10), 30, SEED))
    predict = predicting(net, softmax=False)
    losses = np.array([predict(X[0]) - predict(np.where(one, MEAN, X[0])) for one in squares])
    told = np.array([MAP[one].sum() for one in squares])
    found = score(net, "infidelity", draws=30)
    assert found == pytest.approx(reference.infidelity(told, losses), rel=1e-4)

    turn = iter(squares)

    def alone(arr: np.ndarray, indices: np.ndarray, **_: Any) -> np.ndarray:
        return np.where(next(turn), 0.0, 1.0).reshape(1, -1)

    theirs = quantus().Infidelity(
        perturb_patch_sizes=[2], n_perturb_samples=1, perturb_func=alone, disable_warnings=True
    )
    scaled = reference.factor(told, losses) * MAP[None, None]
    kept = Kept(net, X, TARGET, softmax=False)
    (squared,) = evaluated(theirs, kept, np.ones((1, 1, *SHAPE)), scaled)
    assert found * float((losses**2).mean()) == pytest.approx(squared, rel=1e-4)


@pytest.mark.proof("sensitivity-n", by="SciPy", on=("layered", "functional"))
@NETS
def test_sensitivity_n_is_the_correlation_over_random_sets(net: nn.Module) -> None:
    predict = predicting(net, softmax=False)
    sets = list(sensitivity_n.drawn((12, 10), 2, 10, SEED))
    assert [int(one.sum()) for one in sets] == [1] * 10 + [96] * 10
    found = []
    for few in (sets[:10], sets[10:]):
        losses = [predict(X[0]) - predict(np.where(one, MEAN, X[0])) for one in few]
        told = [MAP[one].sum() for one in few]
        found.append(pearsonr(told, losses).statistic)
        theirs = quantus().similarity_func.correlation_pearson(np.array(told), np.array(losses))
        assert found[-1] == pytest.approx(theirs)
    ours = score(net, "sensitivity-n", sizes=2, draws=10)
    assert ours == pytest.approx(np.mean(found), rel=1e-3)


@pytest.mark.proof("monotonicity-correlation", by="SciPy", on=("layered", "functional"))
@pytest.mark.proof("monotonicity-correlation", by="Quantus", on=("layered", "functional"))
@NETS
def test_monotonicity_correlation_is_quantus_given_the_same_draws(net: nn.Module) -> None:
    draws, shown = np.random.RandomState(SEED), [X[0]]
    places = BRIGHTEST[::-1]
    told = []
    for start in range(0, 120, 20):
        group = np.zeros(SHAPE, dtype=bool)
        group[tuple(np.transpose(places[start : start + 20]))] = True
        told.append(MAP[group].sum())
        shown += [
            np.where(group, draws.uniform(X.min(), X.max(), X[0].shape), X[0]) for _ in range(3)
        ]
    model = Listed(net, shown, TARGET)
    varied = ((model.answers[1:] - model.answers[0]) ** 2).reshape(6, 3).mean(1)
    found = score(net, "monotonicity-correlation", groups=6, draws=3)
    assert found == pytest.approx(spearmanr(told, varied).statistic)

    turn = iter(range(1, len(shown)))
    theirs = quantus().MonotonicityCorrelation(
        nr_samples=3,
        features_in_step=20,
        normalise=False,
        perturb_func=lambda arr, indices, **_: np.full_like(arr, next(turn)),
        disable_warnings=True,
    )
    flat = MAP.reshape(1, -1)
    assert found == pytest.approx(evaluated(theirs, model, np.zeros_like(flat), flat)[0])


@pytest.mark.proof("sufficiency", by="a plain version", on=("flat", "in-place"))
@pytest.mark.proof("sufficiency", by="Quantus", on=("flat", "in-place"))
@pytest.mark.parametrize("name", ["flat", "in-place"])
def test_sufficiency_is_the_slow_formula_and_quantus(name: str) -> None:
    net, many = BUILT[name](), 3 * pictures(8, 3)
    maps = np.random.default_rng(1).random((8, *SHAPE))
    maps[4:] += 2
    with torch.no_grad():
        classes = net(torch.from_numpy(many.copy())).argmax(1).numpy()
    assert len(set(classes)) > 1
    found = xai_core.score(maps, "sufficiency", model=net, inputs=many)
    np.testing.assert_allclose(found, reference.alike(maps, classes, 0.6))

    theirs = quantus().Sufficiency(disable_warnings=True)

    class Model:
        def shape_input(self, x: Any, *args: Any, **kwargs: Any) -> Any:
            return x

        def predict(self, x: np.ndarray) -> np.ndarray:
            return np.eye(5)[classes]

    given = theirs.custom_batch_preprocess(model=Model(), x_batch=many, a_batch=maps)
    np.testing.assert_allclose(found, theirs.evaluate_batch(**given))
    maps[:, 0, 0], maps[2] = 0.0, 0.0  # a pixel that is the same in all, and a dead map
    again = xai_core.score(maps, "sufficiency", model=net, inputs=many)
    assert list(np.isfinite(again)) == [number != 2 for number in range(8)]


class Linear(nn.Module):
    """Scores whose difference is Σ w·x: the true loss of every pixel is known."""

    def __init__(self, weight: np.ndarray) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.from_numpy(weight))

    def forward(self, x: Tensor) -> Tensor:
        total = (x * self.weight).sum((1, 2, 3))
        return torch.stack([0 * total, 0 * total, total / 20], 1)


KNOWN = ("deletion", "insertion", "road", "region-perturbation", "infidelity", "sensitivity-n")


@pytest.mark.parametrize("metric", [*KNOWN, "monotonicity-correlation"])
def test_the_true_map_of_a_linear_model_is_better_than_noise(metric: str) -> None:
    """Every pixel of it speaks for the class, by as much as the map says."""
    plugin = METRICS[metric]
    x = X - X.mean((2, 3), keepdims=True)
    weight = np.sign(x) * np.random.default_rng(3).random(x.shape) ** 3
    net, true = Linear(weight.astype(np.float32)), (weight * x).sum(1)[0]
    given: dict[str, Any] = {"side": 2, "regions": 20} if metric == "region-perturbation" else {}
    found = xai_core.score(
        np.stack([true, np.random.default_rng(9).random(SHAPE), true.max() - true]),
        metric,
        model=net,
        inputs=np.repeat(x, 3, 0),
        targets=TARGET,
        **given,
    )
    better = -1 if plugin.direction == "lower" else 1
    assert better * found[0] > better * found[1]
    assert better * found[0] > better * found[2]


def test_what_cannot_be_told_says_why() -> None:
    net, even = layered(), np.ones_like(X)
    one = xai_core.explain(net, X, TARGET, "saliency")
    dead = Linear(np.zeros_like(X))
    raw = xai_core.Recipe(quantile=None)
    for metric, model, values, cause in (
        ("sensitivity-n", net, even, "all sets weigh the same"),
        ("sensitivity-n", dead, one.values, "score stays as it is"),
        ("infidelity", dead, one.values, "score stays as it is"),
        ("monotonicity-correlation", dead, one.values, "varies with every group alike"),
        ("sufficiency", net, one.values, "this is one"),
    ):
        found = measure(model, X, replace(one, values=values), raw, metric)
        assert found.score is None
        assert cause in (found.cause or "")
    curve = measure(net, X, one, raw, "deletion", parameters={"steps": 5}).curve
    assert len(curve) == 6


@pytest.mark.parametrize("drawn", [infidelity.drawn((512, 512), 10_000, SEED),
                                   sensitivity_n.drawn((512, 512), 50, 1000, SEED)])  # fmt: skip
def test_masks_are_drawn_one_at_a_time(drawn: Iterator[np.ndarray]) -> None:
    """All of them together would be 2.6 GB and more."""
    assert iter(drawn) is drawn
    assert next(drawn).shape == (512, 512)
