"""DeepLIFT and its kin: against Captum where it is right, and where it is silently wrong."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from captum.attr import DeepLift, GradientShap
from torch import nn

from tests.attribution.nets import NETS, _ready, functional, layered, pictures
from xai_core import explain
from xai_core.attribution import completeness
from xai_core.attribution.context import explained_of
from xai_core.attribution.meter import Meter
from xai_core.attribution.rescaling.multipliers import contributions
from xai_core.attribution.scorer import Scorer
from xai_core.base.errors import MethodError
from xai_core.targets.resolution import fixed


def pooled() -> nn.Module:
    return _ready(
        nn.Sequential(
            nn.Conv2d(3, 6, 3), nn.ReLU(), nn.Conv2d(6, 4, 3), nn.MaxPool2d(2), nn.Flatten(),
            nn.Linear(48, 5),
        )
    )  # fmt: skip


def x() -> torch.Tensor:
    return torch.from_numpy(pictures())


@pytest.mark.proof("deep-lift", by="Captum", on=("layered",))
@pytest.mark.parametrize("value", [0.0, 0.7])
def test_it_is_captums_where_activations_are_layers(value):
    theirs = DeepLift(layered()).attribute(x(), baselines=value, target=2).detach().numpy()
    ours = explain(layered(), pictures(), 2, "deep-lift", baseline=value)
    np.testing.assert_allclose(ours.values, theirs, rtol=1e-3, atol=1e-5)
    assert (completeness.error_of(ours) or 0) < 1e-3


def from_noise(net: nn.Module, seed: int) -> tuple[torch.Tensor, torch.Tensor, float]:
    """The baseline, the contributions and the difference of the scores."""
    start = torch.randn(x().shape, generator=torch.Generator().manual_seed(seed))
    scorer = Scorer(net, fixed(explained_of(net, pictures(), 2)[0]), Meter(1, None))
    values, score, before = contributions(scorer, x(), start)
    return start, values, score - before


@pytest.mark.proof("deep-lift", by="Captum", on=("pooled",))
@pytest.mark.proof("deep-lift", by="completeness", on=("pooled",))
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_it_is_captums_where_the_maximum_moves(seed):
    """From noise the baseline's maximum lies elsewhere than the picture's."""
    start, values, difference = from_noise(pooled(), seed)
    theirs = DeepLift(pooled()).attribute(x(), baselines=start, target=2).detach()
    np.testing.assert_allclose(values, theirs, rtol=1e-3, atol=1e-5)
    found = explain(pooled(), pictures(), 2, "deep-lift", baseline_pictures=start.numpy())
    np.testing.assert_allclose(found.values, theirs, rtol=1e-3, atol=1e-5)
    assert float(values.sum()) == pytest.approx(difference, abs=1e-4)


def test_a_maximum_of_rectified_values_adds_up():
    """Captum's does not: its rule for pooling is passed by beside an activation."""
    net = _ready(
        nn.Sequential(nn.Conv2d(3, 6, 3), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(),
                      nn.Linear(120, 5))
    )  # fmt: skip
    start, values, difference = from_noise(net, 4)
    assert float(values.sum()) == pytest.approx(difference, abs=1e-4)
    theirs = DeepLift(net).attribute(x(), baselines=start, target=2).sum().item()
    assert theirs != pytest.approx(difference, rel=0.01)


@pytest.mark.proof("deep-lift", by="completeness", on=("functional", "reused", "in-place"))
@pytest.mark.parametrize("name", ["functional", "reused", "in-place"])
def test_functions_and_layers_that_run_twice_have_their_multipliers(name):
    """Captum leaves them their gradients: its sum is off, and nothing says so."""
    found = explain(NETS[name](), pictures(), 2, "deep-lift", baseline=0.3)
    assert (completeness.error_of(found) or 0) < 1e-3
    if name == "functional":
        wrong = DeepLift(functional()).attribute(x(), baselines=0.3, target=2).sum().item()
        assert wrong != pytest.approx(found.chosen[completeness.DIFFERENCE], rel=0.01)
        twins = explain(NETS[name](), pictures(), 2, "integrated-gradients", baseline=0.3)
        cosine = (twins.values * found.values).sum()
        assert cosine > 0.5 * np.linalg.norm(twins.values) * np.linalg.norm(found.values)


def test_gates_add_up():
    class Gate(nn.Module):
        def __init__(self):
            super().__init__()
            self.first, self.gate = nn.Conv2d(3, 4, 3), nn.Conv2d(3, 1, 3)
            self.head = nn.Linear(4, 5)

        def forward(self, x):
            x = nn.functional.silu(self.first(x)) * torch.sigmoid(self.gate(x))
            return self.head(x.mean((2, 3)))

    found = explain(_ready(Gate()), pictures(), 2, "deep-lift")
    assert (completeness.error_of(found) or 0) < 1e-3


@pytest.mark.parametrize("call", [lambda x: (1 + x) ** 3, lambda x: 2 / (4 + x), torch.abs])
def test_functions_of_each_value_add_up(call):
    class Curved(nn.Module):
        def __init__(self):
            super().__init__()
            self.first, self.head = nn.Conv2d(3, 4, 3), nn.Linear(4, 5)

        def forward(self, x):
            return self.head(call(torch.tanh(self.first(x))).mean((2, 3)))

    found = explain(_ready(Curved()), pictures(), 2, "deep-lift")
    assert (completeness.error_of(found) or 0) < 1e-3


def test_what_is_out_of_sight_is_refused():
    with pytest.raises(MethodError, match="out of sight"):
        explain(NETS["scripted"](), pictures(), 2, "deep-lift")


def test_several_baselines_are_the_mean_of_each():
    many = explain(layered(), pictures(), 2, "deep-lift-shap", starts=6, seed=3)
    assert (completeness.error_of(many) or 0) < 1e-3
    assert 0 < many.chosen["standard_error"] < 1
    fixed = explain(layered(), pictures(), 2, "deep-lift-shap", start="constant", baseline=0.7)
    one = explain(layered(), pictures(), 2, "deep-lift", baseline=0.7)
    np.testing.assert_allclose(fixed.values, one.values, rtol=1e-5)


@pytest.mark.proof("gradient-shap", by="Captum", on=("layered", "smooth"))
@pytest.mark.proof("gradient-shap", by="completeness", on=("layered", "smooth"))
@pytest.mark.parametrize("make", [layered, NETS["smooth"]])
def test_gradient_shap_comes_to_captums_mean(make):
    torch.manual_seed(0)
    theirs = GradientShap(make()).attribute(
        x(), baselines=torch.zeros_like(x()), n_samples=2000, stdevs=0.0, target=2
    )
    ours = explain(make(), pictures(), 2, "gradient-shap", starts=400, start="constant")
    expected = theirs.detach().numpy()
    assert np.linalg.norm(ours.values - expected) < 0.05 * np.linalg.norm(expected)
    assert (completeness.error_of(ours) or 0) < 0.02
    assert ours.chosen["standard_error"] < 0.1


def test_half_precision_has_its_slopes_where_both_ends_are_alike():
    class Half(nn.Module):
        def __init__(self):
            super().__init__()
            self.net = pooled().half()

        def forward(self, x):
            return self.net(x.half())

    black = pictures()
    black[:, :, :7] = 0
    found = explain(Half(), black, 2, "deep-lift").values
    plain = explain(pooled(), black, 2, "deep-lift").values
    np.testing.assert_allclose(found, plain, atol=0.02 * np.abs(plain).max())
