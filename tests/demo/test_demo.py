"""The first page's result is what the program computes."""

from __future__ import annotations

import numpy as np
import pytest

from xai_core.demo.run import compute_demo_run, demo_run
from xai_core.scores.ranking import overtakings, rank


def test_a_fresh_computation_agrees_with_the_kept_result() -> None:
    kept, fresh = demo_run(), compute_demo_run()
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
        assert fresh.scores[name].after == pytest.approx(kept.scores[name].after, abs=1e-3)


def test_the_kept_result_shows_the_flip() -> None:
    scores = demo_run().scores
    raw = rank({name: one.raw for name, one in scores.items()})
    after = rank({name: one.after for name, one in scores.items()})
    assert [(one.winner, one.loser) for one in overtakings(raw, after)] == [
        ("fusiongrad", "guided-backprop")
    ]
