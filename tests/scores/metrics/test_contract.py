"""What every metric keeps: its texts, one value a map, each map by itself."""

from __future__ import annotations

import numpy as np
import pytest

from xai_core.scores.metrics.base import METRICS, Metric, ModelMetric

RNG = np.random.default_rng(7)
OF_MAPS = [metric for metric in METRICS if metric.needs == "map"]


@pytest.mark.parametrize("metric", METRICS, ids=lambda metric: metric.name)
def test_it_declares_what_a_reader_needs(metric: Metric) -> None:
    assert metric.direction in ("lower", "higher")
    for text in (metric.title, metric.definition, metric.cost, metric.citation):
        assert text == text.strip() != ""
    assert metric.cost.endswith(".")
    assert any(year in metric.citation for year in map(str, range(2010, 2030)))
    assert isinstance(metric, ModelMetric) == (metric.needs == "model")
    if isinstance(metric, ModelMetric):
        assert metric.predictions + metric.explanations > 0


def test_complexity_is_the_default() -> None:
    assert next(iter(METRICS)).name == "complexity"


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
