"""`xai_core.score`: what it takes, what it gives, and what it says where something is missing."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import xai_core
from tests.attribution.nets import layered, pictures
from xai_core.base.errors import Cancelled, InputError
from xai_core.scores.measurement import measure
from xai_core.scores.metrics.base import METRICS
from xai_core.scores.public.given import single

MANY = pictures(3)
MAPS = np.random.default_rng(0).random((3, 12, 10))
NET = layered()


def test_a_metric_of_maps_is_that_of_the_registry() -> None:
    np.testing.assert_array_equal(
        xai_core.score(MAPS, "sparseness"), METRICS["sparseness"].score(MAPS)
    )
    np.testing.assert_array_equal(xai_core.score(MAPS), xai_core.complexity(MAPS))
    assert xai_core.score(MAPS[0]) == xai_core.complexity(MAPS)[0]
    one = xai_core.explain(NET, MANY, method="saliency")
    recipe = xai_core.Recipe(quantile=0.5)
    wanted = xai_core.complexity(xai_core.canonicalise(one, recipe))
    np.testing.assert_array_equal(xai_core.score(one, recipe=recipe), wanted)


@pytest.mark.parametrize(
    ("method", "given", "name"),
    [
        ("occlusion", {"window": 6, "width": 8}, "window"),
        ("grad-cam", {"layer": "1, 3", "fused": True}, "layer"),
    ],
)
def test_a_choice_that_is_a_list_stays_each_pictures_own(
    method: str, given: dict[str, Any], name: str
) -> None:
    many = xai_core.explain(NET, MANY[:2], 2, method, **given)
    for number in range(2):
        alone = xai_core.explain(NET, MANY[number : number + 1], 2, method, **given)
        assert isinstance(alone.chosen[name], list)
        assert single(many, number).chosen[name] == alone.chosen[name]


def test_an_attribution_of_many_is_measured_one_by_one() -> None:
    one = xai_core.explain(NET, MANY, 2, "integrated-gradients", 3, n_steps=4)
    told: list[tuple[int, int]] = []
    how: dict[str, Any] = {"model": NET, "inputs": MANY}
    for metric in ("deletion", "max-sensitivity", "completeness"):
        few = {"max-sensitivity": {"draws": 2}}.get(metric, {})
        found = xai_core.score(one, metric, **how, **few, progress=lambda *at: told.append(at))
        for number, value in enumerate(found):
            picture = MANY[number : number + 1]
            alone = xai_core.explain(NET, picture, 2, "integrated-gradients", 3, n_steps=4)
            wanted = measure(NET, picture, alone, xai_core.Recipe(), metric, parameters=few).score
            assert value == pytest.approx(wanted, rel=1e-4)
        dones, totals = zip(*told, strict=True)
        assert dones == tuple(sorted(dones))
        assert len(set(totals)) == 1
        told.clear()

    def stop(done: int, total: int) -> None:
        raise Cancelled

    with pytest.raises(Cancelled):
        xai_core.score(one, "deletion", **how, progress=stop)


def test_bare_maps_have_their_targets_and_a_seed() -> None:
    how: dict[str, Any] = {"model": NET, "inputs": MANY}
    found = xai_core.score(MAPS, "deletion", **how, targets=[0, 1, 2])
    for number, value in enumerate(found):
        given = {**how, "inputs": MANY[number : number + 1]}
        assert value == pytest.approx(
            xai_core.score(MAPS[number], "deletion", **given, targets=number), rel=1e-5
        )
    few = {**how, "draws": 9}
    first, again = (xai_core.score(MAPS, "infidelity", **few, seed=1) for _ in range(2))
    np.testing.assert_array_equal(first, again)
    assert (first != xai_core.score(MAPS, "infidelity", **few, seed=2)).any()
    at_once = xai_core.score(MAPS, "infidelity", **few, seed=1, batch_size=1)
    np.testing.assert_allclose(at_once, first, rtol=1e-3)
    small = MAPS[:, ::2, ::2]  # a map on a grid of its own
    assert np.isfinite(xai_core.score(small, "insertion", **how)).all()


@pytest.mark.parametrize(
    ("metric", "given", "told"),
    [
        ("sparsness", {}, "Did you mean 'sparseness'"),
        ("deletion", {}, "needs the model and the picture"),
        ("deletion", {"model": NET}, "needs the model and the picture"),
        ("pointing-game", {}, "needs a mask"),
        ("deletion", {"model": NET, "inputs": MANY[:2]}, "An input for each map"),
        ("deletion", {"model": NET, "inputs": MANY, "targets": [1]}, "A target for each map"),
        ("deletion", {"model": NET, "inputs": MANY, "targets": 77}, "77"),
        ("mprt", {"model": NET, "inputs": MANY}, "Give the attribution"),
        ("deletion", {"steps": 1}, "steps must be between 2 and 1000"),
        ("sparseness", {"steps": 1}, "There is no parameter 'steps'"),
        ("pointing-game", {"masks": np.ones((2, 12, 10))}, "Masks of the size"),
    ],
)
def test_what_is_wrong_is_said(metric: str, given: dict[str, Any], told: str) -> None:
    with pytest.raises(InputError, match=told):
        xai_core.score(MAPS, metric, **given)


def test_too_few_pictures_and_raw_attributions_are_refused() -> None:
    with pytest.raises(InputError, match="needs three, not 2"):
        xai_core.score(MAPS[:2], "sufficiency", model=NET, inputs=MANY[:2])
    with pytest.raises(InputError, match="canonicalise"):
        xai_core.score(MANY)
