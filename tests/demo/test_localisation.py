"""Localisation against a slow plain formula, and on the wafer networks against random weights."""

from __future__ import annotations

import numpy as np
import pytest

from tests.dose import dose
from xai_core.base.errors import InputError
from xai_core.maps.canonical import canonicalise
from xai_core.maps.recipe import Recipe
from xai_core.scores.localisation import localise, mass_accuracy, on_grid, rank_accuracy

RNG = np.random.default_rng(0)
MASS_FLOOR, RANK_FLOOR = 0.05, 0.15  # the defects cover 0.7 % of their pictures


def test_it_is_the_plain_formula() -> None:
    maps, mask = RNG.random((3, 12, 9)), RNG.random((12, 9)) > 0.8
    for one, mass, rank in zip(maps, *localise(maps, mask).T, strict=True):
        inside = [float(v) for v, m in zip(one.ravel(), mask.ravel(), strict=True) if m]
        highest = sorted(zip(one.ravel(), mask.ravel(), strict=True), reverse=True)[: len(inside)]
        assert mass == pytest.approx(sum(inside) / sum(map(float, one.ravel())))
        assert rank == pytest.approx(sum(m for _, m in highest) / len(inside))


def test_what_is_not_defined_is_nan_and_touches_no_other_map() -> None:
    mask = np.zeros((4, 4), bool)
    mask[1, 1:3] = True
    good = RNG.random((4, 4))
    maps = np.stack([good, np.zeros((4, 4)), np.full((4, 4), np.nan), good - 0.5, np.ones((4, 4))])
    mass, rank = mass_accuracy(maps, mask), rank_accuracy(maps, mask)
    assert np.isfinite(mass).tolist() == [True, False, False, False, True]
    assert np.isfinite(rank).tolist() == [True, False, False, True, False]
    assert mass[4] == pytest.approx(2 / 16)
    assert np.isnan(localise(maps, np.zeros((4, 4), bool))).all()
    with pytest.raises(InputError, match="size of the maps"):
        localise(maps, mask[:2])


def test_the_mask_goes_the_way_of_the_maps() -> None:
    mask = np.zeros((8, 8), bool)
    mask[2:6, 4:8] = True
    found = on_grid(mask, Recipe(crop=(2, 0, 6, 8), grid=(2, 4)))
    np.testing.assert_array_equal(found, [[False, False, True, True]] * 2)


def test_a_worker_gives_the_same() -> None:
    from xai_core.worker import Worker

    maps, mask = RNG.random((2, 6, 6)), RNG.random((6, 6)) > 0.5
    with Worker() as worker:
        np.testing.assert_array_equal(worker.localise(maps, mask), localise(maps, mask))


@pytest.mark.parametrize("method", dose(["grad-cam"], ["grad-cam", "integrated-gradients"]))
def test_trained_weights_find_the_defect_and_random_ones_do_not(method: str) -> None:
    import torch

    from scripts.wafer.networks import classifier
    from xai_core.demo.wafer.exhibits import wafer_exhibits
    from xai_core.models.loading import load_model

    trained = load_model(wafer_exhibits()[0].model_path).module
    torch.manual_seed(1)
    assert (found(trained, method) > (MASS_FLOOR, RANK_FLOOR)).all()
    assert (found(classifier().eval(), method) < (MASS_FLOOR, RANK_FLOOR)).all()


def found(network: object, method: str) -> np.ndarray:
    """Mean mass and rank accuracy over held-out defects."""
    from scripts.wafer.evaluation import batch_of
    from scripts.wafer.generator import wafer_picture
    from xai_core.attribution.explanation import explain
    from xai_core.demo.wafer.kinds import KINDS

    scores = []
    for seed, kind in enumerate(KINDS[1:] * 3, start=5_000_000):
        picture = wafer_picture(seed, kind)
        inputs = batch_of([picture]).inputs.numpy()
        one = explain(network, inputs, KINDS.index(kind), method=method)
        scores.append(localise(canonicalise(one, Recipe(quantile=None)), picture.mask)[0])
    return np.nanmean(scores, axis=0)
