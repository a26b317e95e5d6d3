"""Metrics that explain again, by robustness and by randomisation, against slow formulas and
Quantus.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from scipy.stats import entropy, spearmanr
from torch import nn

import xai_core
from tests.attribution.nets import bare, functional, layered, pictures, scripted
from tests.scores.metrics.by_quantus import NOBODY, quantus
from xai_core.attribution.result import Attribution
from xai_core.scores.measurement import measure
from xai_core.scores.metrics.base import METRICS

X, TARGET, SEED = pictures(), 2, 4
RAW = xai_core.Recipe(quantile=None)  # a saliency map has no 0 then
SPAN = float(X.max() - X.min())
NETS = pytest.mark.parametrize("net", [layered(), functional()], ids=["layered", "functional"])


def explained(net: nn.Module, x: np.ndarray = X) -> Attribution:
    return xai_core.explain(net, x.astype(np.float32), TARGET, "saliency", SEED)


def mapped(net: nn.Module, x: np.ndarray = X) -> np.ndarray:
    return xai_core.canonicalise(explained(net, x), RAW)[0]


def score(net: nn.Module, metric: str, **parameters: Any) -> float:
    one = explained(net)
    (found,) = xai_core.score(one, metric, model=net, inputs=X, recipe=RAW, **parameters)
    return float(found)


def of_model(model: nn.Module, inputs: np.ndarray, targets: object, **_: Any) -> np.ndarray:
    """Our map, as Quantus asks for one."""
    return mapped(model, np.asarray(inputs))[None, None]


@pytest.mark.proof(
    "max-sensitivity",
    "local-lipschitz",
    "relative-input-stability",
    by="a plain version",
    on=("layered", "functional"),
)
@pytest.mark.proof("relative-input-stability", by="Quantus", on=("layered", "functional"))
@NETS
def test_robustness_is_the_slow_formulas_and_quantus(net: nn.Module) -> None:
    before, draws = mapped(net), np.random.RandomState(SEED)
    noises = [draws.uniform(-0.02 * SPAN, 0.02 * SPAN, X.shape) for _ in range(3)]
    maps = [mapped(net, X + noise) for noise in noises]
    largest = max(np.linalg.norm(one - before) / np.linalg.norm(before) for one in maps)
    assert score(net, "max-sensitivity", draws=3) == pytest.approx(largest, rel=1e-5)
    lit = before != 0
    moved = [np.float32(X + noise) for noise in noises]
    before[~lit] = 1.0
    relative = [
        np.linalg.norm(((before - one) / before)[lit]) / np.linalg.norm((X - x) / X)
        for one, x in zip(maps, moved, strict=True)
    ]
    found = score(net, "relative-input-stability", draws=3)
    assert found == pytest.approx(max(relative), rel=1e-4)

    turn = iter(moved)
    theirs = quantus().RelativeInputStability(
        nr_samples=3,
        return_nan_when_prediction_changes=False,
        perturb_func=lambda arr, indices, **_: next(turn).reshape(1, -1),
        disable_warnings=True,
    )
    theirs.explain_batch = lambda model, x, y: mapped(net, x)[None, None]
    asked = {"x_batch": X.copy(), "y_batch": NOBODY, "a_batch": (before * lit)[None, None]}
    if lit.all():  # Quantus divides by 1e-6 where a map is 0
        assert found == pytest.approx(theirs.evaluate_batch(model=None, **asked)[0], rel=1e-3)
    else:
        assert 100 * found < theirs.evaluate_batch(model=None, **asked)[0]

    before, draws = mapped(net), np.random.RandomState(SEED)
    noises = [draws.normal(0, 0.02 * SPAN, (1, X.size)).reshape(X.shape) for _ in range(3)]
    steepest = max(
        np.linalg.norm(mapped(net, X + noise) - before) / np.linalg.norm(noise) for noise in noises
    )
    assert score(net, "local-lipschitz", draws=3) == pytest.approx(steepest, rel=1e-4)


@pytest.mark.proof("mprt", by="Quantus", on=("layered", "functional"))
@NETS
@pytest.mark.parametrize("order", ["top-down", "bottom-up"])
def test_mprt_is_quantus_with_as_many_stages_as_layers(net: nn.Module, order: str) -> None:
    theirs = quantus().MPRT(
        layer_order=order.replace("-", "_"), seed=SEED, normalise=False, disable_warnings=True
    )
    told = theirs(model=net, x_batch=X.copy(), y_batch=np.array([TARGET]), explain_func=of_model)
    layers = [np.asarray(one).item() for name, one in told.items() if name != "original"]
    assert len(layers) == 4
    before = [value.clone() for value in net.state_dict().values()]
    assert score(net, "mprt", stages=9, order=order) == pytest.approx(np.mean(layers), abs=1e-6)
    assert score(net, "mprt", stages=2, order=order) == pytest.approx(np.mean(layers[1::2]))
    assert all(map(torch.equal, net.state_dict().values(), before))


@pytest.mark.proof("efficient-mprt", by="Quantus", on=("layered", "functional"))
@pytest.mark.proof("smooth-mprt", by="a plain version", on=("layered", "functional"))
@NETS
def test_efficient_mprt_is_quantus_and_smooth_mprt_the_slow_formula(net: nn.Module) -> None:
    theirs = quantus().EfficientMPRT(
        layer_order="bottom_up",
        seed=SEED,
        normalise=False,
        complexity_func_kwargs={"n_bins": 100},
        disable_warnings=True,
    )
    (rise,) = theirs(model=net, x_batch=X.copy(), y_batch=np.array([TARGET]), explain_func=of_model)
    assert score(net, "efficient-mprt") == pytest.approx(rise, rel=1e-6)

    other, draws = layered() if isinstance(net, nn.Sequential) else functional(), None
    for module in other.modules():
        if hasattr(module, "reset_parameters"):
            torch.manual_seed(SEED + 1)
            module.reset_parameters()
    draws = np.random.RandomState(SEED)

    def smooth(model: nn.Module) -> np.ndarray:
        noise = [0.1 * SPAN * draws.randn(*X.shape) for _ in range(2)] + [np.zeros(X.shape)]
        return np.mean([mapped(model, X + one) for one in noise], axis=0)

    first, second = smooth(net), smooth(other)
    wanted = spearmanr(first.ravel(), second.ravel()).statistic
    assert score(net, "smooth-mprt", stages=1, draws=3) == pytest.approx(wanted, abs=1e-5)


@pytest.mark.proof("entropy", by="Quantus")
@pytest.mark.proof("entropy", by="SciPy")
def test_entropy_is_that_of_the_histogram() -> None:
    one = mapped(layered())
    wanted = quantus().functions.complexity_func.discrete_entropy(one, one, n_bins=100)
    assert xai_core.score(one, "entropy") == pytest.approx(wanted)
    assert xai_core.score(7 * one, "entropy") == pytest.approx(wanted)
    assert entropy(np.histogram(one, 100)[0]) == pytest.approx(wanted)
    assert xai_core.score(one.round(1), "entropy") < wanted
    for step in (0.0, 1e-16, 5e-15):  # too near for so many bars
        assert np.isnan(xai_core.score(np.ones((4, 4)) - step * np.eye(4), "entropy"))
    assert xai_core.score(np.ones((4, 4)) - 1e-12 * np.eye(4), "entropy") > 0
    assert "one value everywhere" in METRICS["entropy"].undefined_because(np.ones((1, 4, 4)))


def test_a_method_that_ignores_the_model_is_found_out() -> None:
    """Edges of the picture stay, whatever the model forgets: as if they were a method's map."""
    net = layered()
    with_gradient = score(net, "mprt", stages=4, order="top-down")

    class Alike(nn.Module):
        """Its gradient is that of the picture's own values."""

        def __init__(self) -> None:
            super().__init__()
            self.rest = nn.Linear(4, 5)

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return (x**2).sum((1, 2, 3))[:, None] + 0 * self.rest(x.flatten(1)[:, :4])

    assert score(Alike(), "mprt") == pytest.approx(1.0)
    assert score(Alike(), "efficient-mprt") == pytest.approx(0.0, abs=1e-9)
    assert with_gradient < 0.9


@pytest.mark.parametrize("metric", ["mprt", "smooth-mprt", "efficient-mprt"])
def test_a_model_without_weights_cannot_forget_and_a_script_can(metric: str) -> None:
    few = {"smooth-mprt": {"stages": 1, "draws": 2}}.get(metric, {})
    net = bare()
    found = measure(net, X, explained(net), RAW, metric, parameters=few)
    assert found.score is None
    assert "no floating-point parameters" in (found.cause or "")
    script = scripted()
    before = [value.clone() for value in script.state_dict().values()]
    assert np.isfinite(score(script, metric, **few))
    assert all(map(torch.equal, script.state_dict().values(), before))


def test_a_flat_picture_gives_noise_no_scale() -> None:
    net, flat = layered(), np.full_like(X, 0.5)
    for metric in ("max-sensitivity", "local-lipschitz", "relative-input-stability", "smooth-mprt"):
        found = measure(net, flat, explained(net, flat), RAW, metric)
        assert found.cause == "The picture has one value everywhere: noise has no scale."
