"""Path methods: baselines, quadratures, blurred and guided ways."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from captum.attr import IntegratedGradients
from torch import nn

from tests.attribution import reference_paths
from tests.attribution.nets import NETS, layered, pictures
from xai_core import explain
from xai_core.attribution import completeness
from xai_core.attribution.methods.path.integrated_gradients import RULES
from xai_core.base.errors import InputError

BOTH = [layered, NETS["smooth"]]
ADDING_UP = ["integrated-gradients", "guided-ig", "deep-lift"]


def slope_of(net: nn.Module) -> reference_paths.Slope:
    net = net.double()

    def slope(x: np.ndarray) -> np.ndarray:
        leaf = torch.from_numpy(x).requires_grad_(True)
        return torch.autograd.grad(net(leaf)[0, 2], leaf)[0].numpy()

    return slope


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("times_input", [True, False])
def test_rules_and_no_factor_are_captums(rule, times_input):
    x = torch.from_numpy(pictures())
    theirs = IntegratedGradients(layered(), multiply_by_inputs=times_input).attribute(
        x, 0.5, target=2, n_steps=7, method=RULES[rule]
    )
    ours = explain(layered(), pictures(), 2, "integrated-gradients", n_steps=7, baseline=0.5,
                   rule=rule, times_input=times_input)  # fmt: skip
    np.testing.assert_allclose(ours.values, theirs.detach(), rtol=1e-4, atol=1e-6)
    assert (completeness.error_of(ours) is not None) == times_input


@pytest.mark.proof(*ADDING_UP, by="completeness", on=("smooth",))
@pytest.mark.parametrize("method", ADDING_UP)
@pytest.mark.parametrize("start", ["black", "mean", "blur", "noise"])
def test_a_map_adds_up_from_every_baseline(method, start):
    more = {"starts": 3} if start == "noise" else {}
    steps = {} if method == "deep-lift" else {"n_steps": 40}
    found = explain(NETS["smooth"](), pictures(), 2, method, start=start, seed=1, **more, **steps)
    assert (completeness.error_of(found) or 0) < 0.05


@pytest.mark.proof("blur-ig", by="a plain version", on=("layered", "smooth"))
@pytest.mark.proof("blur-ig", by="completeness", on=("layered", "smooth"))
@pytest.mark.parametrize("make", BOTH)
def test_the_blurred_way(make):
    expected = reference_paths.blurred_way(pictures().astype(float), slope_of(make()), 30, 4.0)
    found = explain(make(), pictures(), 2, "blur-ig", n_steps=30, max_sigma=4.0)
    np.testing.assert_allclose(found.values, expected, atol=1e-3 * np.abs(expected).max())
    fine = explain(make(), pictures(), 2, "blur-ig", n_steps=300, max_sigma=4.0)
    assert (completeness.error_of(fine) or 0) < 0.1


@pytest.mark.proof("guided-ig", by="a plain version", on=("layered", "smooth"))
@pytest.mark.parametrize("make", BOTH)
def test_the_guided_way(make):
    x = pictures().astype(float)
    slope = slope_of(make())
    expected = reference_paths.guided_way(x, 0 * x, slope, 12, 0.25, 0.1)
    found = explain(make(), pictures(), 2, "guided-ig", n_steps=12, max_dist=0.1)
    np.testing.assert_allclose(found.values, expected, atol=1e-3 * np.abs(expected).max())


@pytest.mark.parametrize("rule", [rule for rule in RULES if rule != "gauss-legendre"])
def test_one_step_is_refused_by_the_rules_that_take_two(rule: str) -> None:
    with pytest.raises(InputError, match=f"The rule {rule} takes at least 2 steps, not 1"):
        explain(layered(), pictures(), 2, "integrated-gradients", rule=rule, n_steps=1)
    found = explain(layered(), pictures(), 2, "integrated-gradients", n_steps=1)
    assert found.values.any()
