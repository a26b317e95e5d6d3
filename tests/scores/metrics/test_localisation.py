"""Metrics on a mask against Quantus and plain counting, and the axioms."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

import xai_core
from tests.attribution.nets import functional, layered, pictures
from tests.scores.metrics.by_quantus import Kept, evaluated, quantus
from xai_core.base.errors import InputError
from xai_core.scores.measurement import measure
from xai_core.scores.metrics.base import METRICS, MaskMetric

RNG = np.random.default_rng(11)
MAPS = RNG.random((6, 9, 7))
MASKS = RNG.random((6, 9, 7)) < 0.3
X, TARGET = pictures(), 2
NETS = pytest.mark.parametrize("net", [layered(), functional()], ids=["layered", "functional"])
CLASSES = {
    "pointing-game": ("PointingGame", {}, {}),
    "top-k-intersection": ("TopKIntersection", {"k": 10}, {"k": 10}),
    "attribution-localisation": ("AttributionLocalisation", {}, {}),
    "localisation-auc": ("AUC", {}, {}),
    "relevance-mass-accuracy": ("RelevanceMassAccuracy", {}, {}),
    "relevance-rank-accuracy": ("RelevanceRankAccuracy", {}, {}),
}


def by_hand(name: str, one: np.ndarray, mask: np.ndarray) -> float:
    order = sorted(np.ndindex(*one.shape), key=lambda place: -one[place])
    if name == "pointing-game":
        return float(mask[order[0]])
    if name == "localisation-auc":
        pairs = [a > b for a in one[mask] for b in one[~mask]]
        return sum(pairs) / len(pairs)
    if name in ("attribution-localisation", "relevance-mass-accuracy"):
        return float(one[mask].sum() / one.sum())
    count = 10 if name == "top-k-intersection" else int(mask.sum())
    return sum(mask[place] for place in order[:count]) / count


@pytest.mark.proof(*CLASSES, by="Quantus")
@pytest.mark.proof(*CLASSES, by="a plain version")
@pytest.mark.parametrize("name", CLASSES)
def test_it_is_quantus_and_plain_counting(name: str) -> None:
    theirs, given, ours = CLASSES[name]
    metric = getattr(quantus(), theirs)(normalise=False, disable_warnings=True, **given)
    found = xai_core.score(MAPS, name, masks=MASKS, **ours)
    for score, one, mask in zip(found, MAPS, MASKS, strict=True):
        asked = {
            "x_batch": one[None, None],
            "a_batch": one[None, None],
            "s_batch": mask[None, None],
        }
        with np.errstate(divide="ignore"):  # Quantus takes the pictures after the second
            wanted = metric.evaluate_batch(**asked)
        assert score == pytest.approx(float(np.ravel(wanted)[0]))
        assert score == pytest.approx(by_hand(name, one, mask))
    assert CLASSES.keys() == {one.name for one in METRICS if isinstance(one, MaskMetric)}


def test_of_a_flat_map_chance_decides_nothing() -> None:
    flat = np.ones((9, 7))
    for name in ("pointing-game", "top-k-intersection", "relevance-rank-accuracy"):
        assert np.isnan(xai_core.score(flat, name, masks=MASKS[0]))
    assert xai_core.score(flat, "localisation-auc", masks=MASKS[0]) == pytest.approx(0.5)
    share = xai_core.score(flat, "attribution-localisation", masks=MASKS[0])
    assert share == pytest.approx(MASKS[0].mean())
    weighted = {"masks": MASKS[0], "weighted": True}
    assert xai_core.score(flat, "attribution-localisation", **weighted) == pytest.approx(1.0)


def test_a_pointer_beside_the_mask_hits_within_the_tolerance() -> None:
    one, mask = np.zeros((9, 9)), np.zeros((9, 9), dtype=bool)
    one[4, 4], mask[4, 7] = 1, True
    hits = [xai_core.score(one, "pointing-game", masks=mask, tolerance=t) for t in (0, 2, 3)]
    assert hits == [0, 0, 1]


def test_a_mask_in_the_size_of_the_inputs_goes_the_way_of_the_map() -> None:
    one = xai_core.explain(layered(), X, TARGET, "saliency")
    recipe = xai_core.Recipe(crop=(2, 1, 12, 9), grid=(5, 4))
    mask = np.zeros(X.shape[2:], dtype=bool)
    mask[2:6, 1:5] = True
    small = np.zeros((5, 4), dtype=bool)
    small[:2, :2] = True
    values = xai_core.canonicalise(one, recipe)[0]
    wanted = xai_core.score(values, "localisation-auc", masks=small)
    (found,) = xai_core.score(one, "localisation-auc", masks=mask, recipe=recipe)
    assert found == wanted == measure(None, X, one, recipe, "localisation-auc", mask=mask).score
    told = measure(None, X, one, recipe, "localisation-auc")
    assert "needs a mask" in (told.cause or "")


@pytest.mark.proof("non-sensitivity", by="Quantus", on=("layered", "functional"))
@NETS
def test_non_sensitivity_is_quantus_with_squares_of_one_pixel(net: nn.Module) -> None:
    one = RNG.random(X.shape[2:])
    one[one < 0.4] = 0.0
    kept, flat = Kept(net, X, TARGET), one.reshape(1, -1)
    for eps in (1e-5, 2e-3):
        theirs = quantus().NonSensitivity(
            eps=eps, normalise=False, perturb_baseline=0.0, disable_warnings=True
        )
        (count,) = evaluated(theirs, kept, np.ones_like(flat), flat)
        asked: dict[str, Any] = {"model": net, "inputs": X, "targets": TARGET}
        found = xai_core.score(one, "non-sensitivity", eps=eps, most=120, **asked)
        assert found == pytest.approx(count / 120)


@pytest.mark.proof("completeness", by="a plain version", on=("layered", "functional"))
@pytest.mark.proof("completeness", by="Quantus", on=("Sum",))
@NETS
def test_completeness_is_how_far_the_sum_is_off(net: nn.Module) -> None:
    with torch.no_grad():
        full, none = net(torch.from_numpy(np.concatenate([X, 0 * X])))[:, TARGET].double()
    for method, few in (("input-x-gradient", {}), ("integrated-gradients", {"n_steps": 5})):
        one = xai_core.explain(net, X, TARGET, method, **few)
        wanted = abs(one.values.sum(dtype=float) - float(full - none)) / abs(float(full - none))
        (found,) = xai_core.score(one, "completeness", model=net, inputs=X)
        assert found == pytest.approx(wanted, rel=1e-3)
    assert found < 0.5

    class Sum(nn.Module):
        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return x.sum((1, 2, 3))[:, None]

    whole = X.round()  # small integers: Quantus wants equality of floating-point numbers
    one = xai_core.explain(Sum(), whole, None, "input-x-gradient")
    (found,) = xai_core.score(one, "completeness", model=Sum(), inputs=whole)
    assert found == 0.0
    (told,) = (
        quantus()
        .Completeness(normalise=False, perturb_baseline=0.0, disable_warnings=True)
        .evaluate_batch(
            model=_Asked(), x_batch=whole, y_batch=np.zeros(1, dtype=int), a_batch=one.values
        )
    )
    assert told
    unsigned = xai_core.explain(net, X, TARGET, "saliency")
    cause = measure(net, X, unsigned, xai_core.Recipe(), "completeness").cause
    assert "no signs" in (cause or "")


class _Asked:
    def shape_input(self, x: Any, *args: Any, **kwargs: Any) -> Any:
        return x

    def predict(self, x: np.ndarray) -> np.ndarray:
        return np.asarray(x, dtype=np.float64).sum((1, 2, 3))[:, None]


def test_a_mask_of_another_size_is_refused() -> None:
    with pytest.raises(InputError, match="Masks of the size"):
        xai_core.score(MAPS, "localisation-auc", masks=MASKS[:, :3])
