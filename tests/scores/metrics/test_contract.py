"""What every metric keeps: its texts, one value a map, each map by itself."""

from __future__ import annotations

import re
from dataclasses import fields

import numpy as np
import pytest

from xai_core.base.errors import InputError
from xai_core.base.parameters import describe
from xai_core.scores.metrics.base import (
    FAMILIES,
    METRICS,
    GroupMetric,
    MaskMetric,
    Metric,
    ModelMetric,
)

RNG = np.random.default_rng(7)
OF_MAPS = [metric for metric in METRICS if metric.needs == "map"]
ON_MASKS = [metric for metric in METRICS if isinstance(metric, MaskMetric)]
# Links of earlier versions name these by their place.
FIRST = ("complexity", "sparseness", "effective-complexity", "mst-c", "pixel-flipping")


@pytest.mark.parametrize("metric", METRICS, ids=lambda metric: metric.name)
def test_it_declares_what_a_reader_needs(metric: Metric) -> None:
    assert metric.direction in ("lower", "higher")
    for text in (metric.title, metric.definition, metric.cost, metric.citation):
        assert text == text.strip() != ""
    assert metric.cost.endswith(".")
    assert any(year in metric.citation for year in map(str, range(2006, 2030)))
    assert isinstance(metric, ModelMetric) == (metric.needs == "model")
    assert isinstance(metric, MaskMetric) == (metric.needs == "masks")
    if isinstance(metric, ModelMetric):
        asked = sum(metric.asks(metric.Parameters()))
        assert asked > 0 or isinstance(metric, GroupMetric)
        assert str(asked) in metric.cost or asked <= 1
    assert metric.family in FAMILIES
    assert len(describe(metric.Parameters)) == len(fields(metric.Parameters))


def test_complexity_is_the_default_and_the_places_of_old_links_stay() -> None:
    assert METRICS.names()[:7] == (*FIRST, "sensitivity", "random-logit")


@pytest.mark.parametrize("metric", OF_MAPS, ids=lambda metric: metric.name)
def test_every_map_is_scored_by_itself(metric: Metric) -> None:
    maps = RNG.random((4, 12, 12))
    maps[1], maps[3, 2, 2] = 0.0, np.nan
    before = maps.copy()
    scores = metric.score(maps)
    assert (scores.shape, scores.dtype) == ((4,), np.float64)
    assert list(np.isfinite(scores)) == [True, False, True, False]
    np.testing.assert_array_equal(maps, before)
    np.testing.assert_array_equal(scores, np.concatenate([metric.score(one[None]) for one in maps]))
    assert "zero everywhere" in metric.undefined_because(maps[1:2])
    assert "not finite" in metric.undefined_because(maps[3:])


@pytest.mark.parametrize("metric", ON_MASKS, ids=lambda metric: metric.name)
def test_on_a_mask_the_better_map_scores_better(metric: MaskMetric) -> None:
    mask = np.zeros((12, 12), dtype=bool)
    mask[3:8, 4:9] = True
    noise = RNG.random((12, 12)) / 2
    good, bad = noise + mask, noise + ~mask
    maps = np.stack([good, bad, np.zeros((12, 12)), np.full((12, 12), np.nan), np.ones((12, 12))])
    before = maps.copy()
    scores = metric.score_on(maps, np.repeat(mask[None], 5, 0))
    assert metric.direction == "higher"
    assert scores[0] > scores[1] >= 0
    assert list(np.isnan(scores[:4])) == [False, False, True, True]
    np.testing.assert_array_equal(maps, before)
    for one, cause in zip(maps[2:4], ("zero everywhere", "not finite"), strict=True):
        assert cause in metric.undefined_on(one, mask)
    assert "mask is empty" in metric.undefined_on(good, np.zeros_like(mask))
    assert "covers the whole" in metric.undefined_on(good, np.ones_like(mask))
    told = metric.undefined_on(maps[4], mask)  # of a flat map: chance, or no score and the cause
    assert (told == "") == bool(np.isfinite(scores[4]))
    with pytest.raises(InputError, match="Masks of the size"):
        metric.score_on(maps, mask[None])
    with pytest.raises(InputError, match="needs a mask"):
        metric.score(maps)


@pytest.mark.parametrize("metric", METRICS, ids=lambda metric: metric.name)
def test_sentences_of_a_definition_begin_with_capitals(metric: Metric) -> None:
    assert not re.search(r"\. [a-z]", f". {metric.definition}".replace("e.g. ", ""))


def test_a_definition_keeps_its_signs() -> None:
    assert "Σa" in METRICS["relevance-mass-accuracy"].definition
    assert "K highest" in METRICS["relevance-rank-accuracy"].definition
