"""Integrated Gradients tells by how much its sum misses the difference of the scores."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch
from captum.attr import IntegratedGradients
from torch import nn

import xai_core
from xai_core.attribution import completeness, remarks

PICTURE = np.random.default_rng(1).standard_normal((1, 3, 12, 12)).astype(np.float32)


def curved() -> nn.Module:
    """Far from linear between the baseline and the picture."""
    torch.manual_seed(3)
    net = nn.Sequential(nn.Conv2d(3, 8, 3), nn.Tanh(), nn.Flatten(), nn.Linear(800, 3), nn.Tanh())
    with torch.no_grad():
        net[0].weight.mul_(4)
        net[3].weight.mul_(4)
    return net.eval()


@pytest.mark.parametrize("steps", [1, 2, 5, 200])
def test_the_error_is_captums_convergence_delta(steps: int) -> None:
    net = curved()
    found = xai_core.explain(net, PICTURE, 1, "integrated-gradients", n_steps=steps, baseline=0.5)
    inputs = torch.from_numpy(PICTURE)
    _, delta = IntegratedGradients(net).attribute(
        inputs, 0.5, 1, n_steps=steps, return_convergence_delta=True
    )
    chosen = found.chosen
    told = chosen[completeness.SUM] - chosen[completeness.DIFFERENCE]
    assert told == pytest.approx(float(delta), abs=1e-4)


def test_more_steps_are_proposed_where_the_error_is_large() -> None:
    coarse = xai_core.explain(curved(), PICTURE, 1, "integrated-gradients", n_steps=1)
    fine = xai_core.explain(curved(), PICTURE, 1, "integrated-gradients", n_steps=300)
    assert (completeness.error_of(coarse) or 0) > completeness.TOLERATED
    assert "take more steps" in remarks.told(coarse)
    assert "take more steps" in remarks.brief(coarse)
    assert (completeness.error_of(fine) or 0) < 0.01
    assert "take more steps" not in remarks.told(fine)
    assert "it adds up to" in remarks.told(fine)


def test_a_score_that_does_not_differ_is_no_division_by_zero() -> None:
    zero = np.zeros_like(PICTURE)
    found = xai_core.explain(curved(), zero, 1, "integrated-gradients", n_steps=3)
    assert completeness.error_of(found) == 0.0


@pytest.mark.parametrize(
    ("method", "parameters", "advice"),
    [
        ("blur-ig", {"n_steps": 5}, "take more steps"),
        ("gradient-shap", {"starts": 5}, "take more starts"),
        ("deep-lift-shap", {"starts": 5}, "some layers have no rule"),
    ],
)
def test_what_to_do_is_what_the_method_has(
    method: str, parameters: dict[str, int], advice: str
) -> None:
    found = xai_core.explain(curved(), PICTURE, 1, "saliency")
    chosen = {completeness.SUM: 1.0, completeness.DIFFERENCE: 2.0}
    one = replace(found, method=method, parameters=parameters, chosen=chosen)
    assert remarks.told(one).endswith(f"; {advice}")
    assert remarks.brief(one).endswith(f", {advice}")
