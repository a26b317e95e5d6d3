"""Black-box methods against closed forms, brute force, Captum and plain formulas."""

from __future__ import annotations

from itertools import permutations, product

import numpy as np
import pytest
import torch
from captum.attr import KernelShap, ShapleyValues
from sklearn.linear_model import Ridge
from torch import nn

from tests.attribution.nets import NETS, layered, pictures
from xai_core.attribution.explanation import explain
from xai_core.attribution.hiding.superpixels import segments
from xai_core.attribution.methods.perturbation import lime, rise

BOTH = ("layered", "smooth")
METHODS = ("rise", "kernel-shap", "lime", "sobol")
FEW = {"rise": {"samples": 200}, "sobol": {"cells": 3, "designs": 8}}


def x() -> torch.Tensor:
    return torch.from_numpy(pictures())


def linear() -> nn.Module:
    """score k = wₖ · x: what hiding costs is known."""
    net = nn.Sequential(nn.Flatten(), nn.Linear(3 * 12 * 10, 3, bias=False))
    with torch.no_grad():
        net[1].weight.normal_(generator=torch.Generator().manual_seed(0))
    return net.eval()


def shares(net: nn.Module) -> np.ndarray:
    """w · x of each pixel for class 1, `[H, W]`."""
    return (net[1].weight[1].reshape(3, 12, 10) * x()[0]).sum(0).detach().numpy()


@pytest.mark.proof("kernel-shap", by="a plain version", on=("layered",))
@pytest.mark.proof("kernel-shap", by="Captum", on=("layered",))
def test_kernel_shap_of_few_superpixels_is_exact() -> None:
    """Against the definition: the mean rise over all orders of showing them."""
    net, parts = layered(), segments(x(), 5)
    count = parts.max() + 1
    assert 3 <= count <= 8

    def score(shown: frozenset[int]) -> float:
        mask = torch.from_numpy(np.isin(parts, list(shown))).float()
        return net(x() * mask)[0, 1].item()

    known: dict[frozenset[int], float] = {}
    expected, orders = np.zeros(count), list(permutations(range(count)))
    with torch.no_grad():
        for order in orders:
            for place, part in enumerate(order):
                before, after = frozenset(order[:place]), frozenset(order[: place + 1])
                for one in (before, after):
                    known.setdefault(one, score(one))
                expected[part] += (known[after] - known[before]) / len(orders)
    found = explain(net, pictures(), 1, "kernel-shap", segments=5, samples=600)
    np.testing.assert_allclose(found.values[0, 0], expected[parts], atol=1e-4)
    assert found.chosen["standard_error"] == 0
    mask = torch.from_numpy(parts)[None, None]
    theirs = ShapleyValues(net).attribute(x(), target=1, feature_mask=mask)
    np.testing.assert_allclose(found.values[0, 0], theirs[0, 0].detach(), atol=1e-4)


@pytest.mark.proof("kernel-shap", by="Captum", on=("linear",))
@pytest.mark.proof("kernel-shap", by="completeness", on=("linear",))
def test_kernel_shap_of_many_is_captums_and_adds_up() -> None:
    net, parts = linear(), segments(x(), 40)
    found = explain(net, pictures(), 1, "kernel-shap", segments=40, samples=2000)
    exact = np.array([shares(net)[parts == part].sum() for part in range(parts.max() + 1)])
    np.testing.assert_allclose(found.values[0, 0], exact[parts], atol=1e-3)
    values = [found.values[0, 0][parts == part][0] for part in range(parts.max() + 1)]
    assert sum(values) == pytest.approx(net(x())[0, 1].item(), rel=1e-4)
    torch.manual_seed(0)
    mask = torch.from_numpy(parts)[None, None]
    theirs = KernelShap(net).attribute(
        x(), target=1, feature_mask=mask, n_samples=400, perturbations_per_eval=50
    )
    np.testing.assert_allclose(found.values[0, 0], theirs[0, 0].detach(), atol=2e-2)


def test_the_error_of_kernel_shap_is_that_of_other_seeds() -> None:
    """Bounded by a factor: the spread over seeds is what it estimates."""
    found = [
        explain(layered(), pictures(), 1, "kernel-shap", seed=seed, segments=20, samples=200)
        for seed in range(12)
    ]
    maps = np.stack([one.values[0, 0] for one in found])
    parts = segments(x(), 20)
    first = [np.flatnonzero(parts.ravel() == part)[0] for part in range(parts.max() + 1)]
    values = maps.reshape(len(maps), -1)[:, first]
    seen = np.sqrt(values.var(0, ddof=1).sum()) / np.linalg.norm(values.mean(0))
    told = np.mean([one.chosen["standard_error"] for one in found])
    assert seen / 2 < told < 2 * seen


def test_lime_is_the_authors_regression() -> None:
    random = np.random.default_rng(0)
    shown = (random.random((60, 7)) < 0.5).astype(float)
    shown[0] = 1
    scores = random.normal(size=60) + shown @ np.arange(7)
    cosine = shown.sum(1) / np.sqrt(shown.sum(1).clip(1e-12) * 7)
    weights = np.sqrt(np.exp(-((1 - cosine) ** 2) / 0.25**2))
    theirs = Ridge(alpha=1, fit_intercept=True).fit(shown, scores, sample_weight=weights)
    np.testing.assert_allclose(lime.fitted(shown, scores)[0], theirs.coef_, rtol=1e-6)


@pytest.mark.proof("lime", by="scikit-learn", on=BOTH)
@pytest.mark.parametrize("name", BOTH)
def test_lime_is_that_regression_of_the_scores(name: str) -> None:
    net, parts = NETS[name](), segments(x(), 10)
    shown = np.random.default_rng(3).random((50, parts.max() + 1)) < 0.5
    shown[0] = True
    masks = torch.from_numpy(shown[:, parts][:, None]).float()
    with torch.no_grad():
        scores = net(x() * masks)[:, 1].double().numpy()
    lengths = np.linalg.norm(shown, axis=1) * np.linalg.norm(shown[0])
    cosine = shown @ shown[0].astype(float) / lengths
    weights = np.sqrt(np.exp(-((1 - cosine) ** 2) / 0.25**2))
    slopes = Ridge(alpha=1).fit(shown, scores, sample_weight=weights).coef_
    found = explain(net, pictures(), 1, "lime", 3, segments=10, samples=50).values[0, 0]
    np.testing.assert_allclose(found, slopes[parts], rtol=1e-4, atol=1e-6)


@pytest.mark.proof("lime", by="a closed form", on=("linear",))
def test_lime_finds_the_shares_of_a_linear_model() -> None:
    net, parts = linear(), segments(x(), 20)
    exact = np.array([shares(net)[parts == part].sum() for part in range(parts.max() + 1)])
    found = explain(net, pictures(), 1, "lime", segments=20, samples=2000).values[0, 0]
    assert np.corrcoef(found.ravel(), exact[parts].ravel())[0, 1] > 0.999


@pytest.mark.proof("rise", by="a plain version", on=BOTH)
@pytest.mark.parametrize("name", BOTH)
def test_rise_is_the_formula(name: str) -> None:
    net, given = NETS[name](), rise.RiseParameters(samples=60, cells=4)
    found = explain(net, pictures(), 1, "rise", seed=3, samples=60, cells=4)
    generator = torch.Generator().manual_seed(3)
    size = (12, 10)
    masks = torch.cat([rise.masks(*rise.drawn(given, 3, size, generator), size) for _ in range(20)])
    assert masks.shape == (60, 1, 12, 10)
    assert 0 <= masks.min() <= masks.max() <= 1
    scores = torch.stack([net(x() * mask)[0, 1] for mask in masks]).detach()
    plain = torch.zeros(1, 12, 10)
    for mask, score in zip(masks, scores, strict=True):
        plain += (score - scores.mean()) * mask / (60 * 0.5)
    np.testing.assert_allclose(found.values[0], plain, atol=1e-5)


def test_rise_of_one_bright_cell_lights_that_cell() -> None:
    net = linear()
    with torch.no_grad():
        weight = torch.zeros(3, 12, 10)
        weight[:, 6:9, 5:8] = x()[0, :, 6:9, 5:8].sign()
        net[1].weight[1] = weight.flatten()
    found = explain(net, pictures(), 1, "rise", samples=2000, cells=4).values[0, 0]
    assert found[6:9, 5:8].mean() > 3 * np.abs(found[:3, :3]).mean()


@pytest.mark.proof("sobol", by="a plain version", on=BOTH)
@pytest.mark.parametrize("name", BOTH)
def test_sobol_indices_are_those_of_the_integrals(name: str) -> None:
    """E Var(f | all cells but one) / Var f, by Gauss' rule in each of four cells."""
    net, picture = NETS[name](), pictures()
    points, weights = np.polynomial.legendre.leggauss(7)
    points, weights = (points + 1) / 2, weights / 2
    grids = torch.tensor(list(product(points, repeat=4))).float().reshape(-1, 1, 2, 2)
    masks = grids.repeat_interleave(6, 2).repeat_interleave(5, 3)
    with torch.no_grad():
        scores = net(x() * masks)[:, 1].double().numpy().reshape(7, 7, 7, 7)

    def mean(values: np.ndarray, axis: int) -> np.ndarray:
        return np.expand_dims(np.tensordot(values, weights, (axis, 0)), axis)

    def over_all(values: np.ndarray) -> float:
        values = np.broadcast_to(values, scores.shape)
        for axis in range(4):
            values = mean(values, axis)
        return values.item()

    variance = over_all(scores**2) - over_all(scores) ** 2
    expected = [
        over_all(mean(scores**2, axis) - mean(scores, axis) ** 2) / variance for axis in range(4)
    ]
    found = explain(net, picture, 1, "sobol", cells=2, designs=128).values[0, 0]
    corners = [found[row, column] for row, column in product((0, -1), repeat=2)]
    np.testing.assert_allclose(corners, expected, atol=0.03 * max(expected))


@pytest.mark.proof("sobol", by="a closed form", on=("additive",))
def test_sobol_indices_of_an_additive_score_are_its_shares_of_the_variance() -> None:
    """f = Σ cᵢ mᵢ with mᵢ uniform: the index of cell i is cᵢ² / Σ c²."""
    weights = np.array([[1.0, 2, 3], [0, 1, 0], [4, 0, 2]])
    picture = np.ones((1, 3, 12, 12), np.float32)
    additive = nn.Sequential(nn.Flatten(), nn.Linear(432, 2, bias=False)).eval()
    with torch.no_grad():
        large = torch.from_numpy(np.kron(weights, np.ones((4, 4)))).float() / 48
        additive[1].weight[1] = large.expand(3, 12, 12).flatten()
    found = explain(additive, picture, 1, "sobol", cells=3, designs=128).values[0, 0]
    centres = found[[2, 6, 9]][:, [2, 6, 9]]
    expected = weights**2 / (weights**2).sum()
    assert np.corrcoef(centres.ravel(), expected.ravel())[0, 1] > 0.95
    assert found.max() == pytest.approx(expected.max(), rel=0.3)


@pytest.mark.parametrize("method", METHODS)
def test_it_tells_its_error_which_more_samples_make_smaller(method: str) -> None:
    few, many = FEW.get(method, {"samples": 60, "segments": 20}), {"samples": 2000}
    more = {"designs": 64} if method == "sobol" else many
    errors = [
        explain(layered(), pictures(), 1, method, **given).chosen["standard_error"]
        for given in (few, {**few, **more})
    ]
    assert errors[0] > errors[1] > 0


@pytest.mark.parametrize("method", METHODS)
def test_no_gradient_is_needed(method: str) -> None:
    class Cut(nn.Module):
        def forward(self, inputs: torch.Tensor) -> torch.Tensor:
            return layered()(inputs).detach()

    assert explain(Cut(), pictures(), 1, method, **FEW.get(method, {"samples": 60})).values.any()
