"""Scores that a worker gives are those of this process."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from xai_core.attribution.explanation import explain
from xai_core.base.errors import InputError
from xai_core.maps.recipe import Recipe
from xai_core.models.loading import load_model
from xai_core.scores.measurement import measure
from xai_core.worker import Worker


def test_score_needs_no_model() -> None:
    maps = np.random.default_rng(0).random((3, 8, 8))
    maps[1] = 0
    with Worker() as worker:
        worker.warm("score")
        scores = worker.score(maps)
        found = worker.score(maps, "localisation-auc", maps > 0.5)
        with pytest.raises(InputError, match="Masks of the size"):
            worker.score(maps, "localisation-auc", np.ones((3, 4, 4)))
    assert found.tolist() == pytest.approx([1.0, np.nan, 1.0], nan_ok=True)
    assert scores.dtype == np.float64
    assert np.isfinite(scores).tolist() == [True, False, True]


@pytest.mark.parametrize("metric", ["sparseness", "pixel-flipping", "mprt"])
def test_measure_equals_measure_in_this_process(
    shared: Worker, tiny: Path, inputs: np.ndarray, metric: str
) -> None:
    model = load_model(tiny)
    one = explain(model, inputs, None, "saliency")
    got = shared.measure(inputs, one, Recipe(), metric)
    wanted = measure(model, inputs, one, Recipe(), metric)
    assert got.cause is wanted.cause is None
    assert got.score == pytest.approx(wanted.score, rel=1e-4)
    assert got.curve == pytest.approx(wanted.curve, rel=1e-4)
    assert len(got.curve) == (86 if metric == "pixel-flipping" else 0)


def test_a_map_without_a_score_has_its_cause(shared: Worker, inputs: np.ndarray) -> None:
    one = shared.explain(inputs, None, "saliency")
    dead = replace(one, values=np.zeros_like(one.values))
    got = shared.measure(inputs, dead, Recipe(), "pixel-flipping")
    assert got.score is None
    assert "zero everywhere" in (got.cause or "")
