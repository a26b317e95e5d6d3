"""The first page's example is what the program computes, and it holds."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from xai_core.demo.example import (
    COUNT,
    FOLDER,
    compute_example,
    example_localisations,
    example_run,
    is_example,
)
from xai_core.runs.reading import open_run
from xai_core.scores.headline import headline
from xai_core.scores.margin import spreads_of
from xai_core.scores.ranking import QUANTILES, rank


def test_a_fresh_computation_agrees_with_the_kept_one() -> None:
    kept, (fresh, found) = example_run(), compute_example(2)
    assert kept.seeds is not None
    assert fresh.seeds is not None
    assert (fresh.model_sha256, fresh.picture_sha256) == (kept.model_sha256, kept.picture_sha256)
    assert (fresh.target, fresh.content) == (kept.target, kept.content)
    for name, one in kept.attributions.items():
        again = fresh.attributions[name]
        assert dict(again.parameters) == dict(one.parameters)
        # Another processor rounds otherwise, which moves a rectifier or two: the same to the eye.
        ours, theirs = again.values.ravel(), one.values.ravel()
        cosine = ours @ theirs / np.linalg.norm(ours) / np.linalg.norm(theirs)
        assert cosine > 0.9999
        assert np.linalg.norm(ours) == pytest.approx(np.linalg.norm(theirs), rel=1e-3)
        assert fresh.scores[name].raw == pytest.approx(kept.scores[name].raw, abs=1e-3)
        rows = kept.seeds.curves[name][:2]
        np.testing.assert_allclose(fresh.seeds.curves[name], rows, atol=2e-3)
        assert found[name].mass_after == pytest.approx(example_localisations()[name].mass_after)


def test_the_flip_is_clear_and_holds_for_all_seeds() -> None:
    run, seeds = example_run(), example_run().seeds
    assert seeds is not None
    assert is_example(open_run(FOLDER))
    assert not is_example(replace(run, created="2020-01-01T00:00:00+00:00"))
    raw = rank({name: one.raw for name, one in run.scores.items()})
    after = rank({name: one.after for name, one in run.scores.items()})
    said = headline(raw, after, spreads_of(run.attributions, run.recipe.quantile or 0.0))
    assert said.state == "sure"
    assert said.sentence.startswith("FusionGrad overtakes Guided Backprop")
    assert said.margin is not None
    assert said.margin.value > 5 * said.margin.reach
    assert seeds.holds(0.2) == len(seeds.seeds) == COUNT
    assert seeds.holds(float(QUANTILES[-1])) < COUNT  # where all maps run together
    curves = seeds.curves["fusiongrad"] - seeds.curves["guided-backprop"]
    # What its own draws tell is what ten seeds show.
    spread = spreads_of(run.attributions, 0.2)["fusiongrad"]
    assert spread.raw == pytest.approx(curves[:, 0].std(ddof=1), rel=0.8)
