"""Who is best by what: one sentence for an answer, and none that celebrates noise."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest

from tests.runs.small import small_run
from xai_core.attribution.noise.average import COMPLEXITY_ERROR
from xai_core.attribution.noise.jackknife import QUANTILES
from xai_core.runs.leaders import Leader, leaders, sentences
from xai_core.runs.run import Run


def run_with(error: float | None) -> Run:
    """SmoothGrad draws at random, and its Complexity moves by `error` over seeds."""
    run = small_run()
    chosen: dict[str, object] = {"samples": 50}
    if error is not None:
        chosen[COMPLEXITY_ERROR] = [error] * (1 + len(QUANTILES))
    changed = replace(run.attributions["smoothgrad"], chosen=chosen)
    plain = replace(run.attributions["saliency"], chosen={})
    return replace(run, attributions={"saliency": plain, "smoothgrad": changed})


@pytest.mark.parametrize(
    ("error", "behind", "told"),
    [
        (0.01, 0.1, "SmoothGrad is best by Complexity."),
        (0.1, 0.1, "Too close to call by Complexity: SmoothGrad and Saliency."),
        (None, 0.1, "By this one seed SmoothGrad is best by Complexity."),
        (None, 1e-5, "Too close to call by Complexity: SmoothGrad and Saliency."),
    ],
)
def test_a_leader_is_told_as_surely_as_seeds_allow(
    error: float | None, behind: float, told: str
) -> None:
    given = {"complexity": {"saliency": 8.0 + behind, "smoothgrad": 8.0}}
    assert sentences(leaders(run_with(error), given, 0.2)) == told


def test_metrics_with_one_answer_share_a_sentence() -> None:
    given = {
        "complexity": {"saliency": 7.0, "smoothgrad": 8.0},
        "sparseness": {"saliency": 0.9, "smoothgrad": math.nan},
        "mst-c": {"saliency": 2.0, "smoothgrad": 3.0},
        "effective-complexity": {"saliency": 5.0, "smoothgrad": 4.0},
    }
    found = leaders(run_with(0.0), given, 0.2)
    assert found[0] == Leader("complexity", ("saliency",), "sure")
    assert sentences(found, strong=lambda one: f"**{one}**") == (
        "**Saliency** is best by Complexity. "
        "By this one seed **SmoothGrad** is best by MST-C and Effective Complexity."
    )
    assert sentences(leaders(small_run(), {}, 0.2)) == ""


@pytest.mark.parametrize(
    ("metric", "state"),
    [("infidelity", "seed"), ("deletion", "seed"), ("non-sensitivity", "sure"), ("mst-c", "sure")],
)
def test_what_a_metric_draws_itself_is_not_called_sure(metric: str, state: str) -> None:
    run = run_with(0.0)
    plain = {name: replace(one, chosen={}) for name, one in run.attributions.items()}
    given = {metric: {"saliency": 1.0, "smoothgrad": 2.0}}
    (found,) = leaders(replace(run, attributions=plain), given, 0.2)
    assert found.state == state
