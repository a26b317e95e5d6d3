"""How much noise a model bears: against a closed form, and as it is asked for."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from scipy.stats import norm
from torch import nn

from tests.attribution.nets import layered, pictures
from tests.dose import dose
from xai_core.attribution.noise.rule import THRESHOLD, NoiseLevel, crossing, input_std
from xai_core.attribution.noise.tolerance import noise_level
from xai_core.base.errors import Cancelled, InputError, MethodError

PICTURE = np.random.default_rng(0).uniform(0.5, 1, (1, 1, 2, 3)).astype(np.float32)
SAME = PICTURE.repeat(16, 0)  # enough, so that no noisy copies join


def two_classes() -> nn.Module:
    """Scores w₀·x and w₁·x, the first a little larger."""
    net = nn.Sequential(nn.Flatten(), nn.Linear(6, 2, bias=False))
    with torch.no_grad():
        net[1].weight.copy_(torch.tensor([[1.0] * 6, [0.7] * 6]))
    return net


def test_the_curve_is_the_closed_form() -> None:
    weights, x = two_classes()[1].weight.detach().double().numpy(), PICTURE.ravel()
    distance = float((weights[0] - weights[1]) @ x)
    spread = float(np.sqrt((weights**2 @ x**2).sum()))
    found = noise_level(two_classes(), SAME, draws=dose(200, 1500))
    with np.errstate(divide="ignore"):
        expected = 2 * norm.cdf(distance / spread / found.levels) - 1  # chance is 1/2
    np.testing.assert_allclose(found.kept, expected, atol=dose(0.1, 0.05))
    exact = distance / spread / norm.ppf((1 + THRESHOLD) / 2)
    assert found.weight_std == pytest.approx(exact, rel=dose(0.25, 0.15))
    assert (np.diff(found.smoothed) <= 1e-12).all()


def test_classes_are_counted_from_the_clean_models_accuracy() -> None:
    found = noise_level(two_classes(), SAME, [0] * 12 + [1] * 4, draws=20)
    assert found.kept[0] == pytest.approx(1)
    assert "accuracy" in found.reason


def test_a_crossing_is_interpolated() -> None:
    levels = np.array([0.0, 0.1, 0.2])
    assert crossing(levels, np.array([1.0, 1.0, 0.9])) == (pytest.approx(0.15), True)
    assert crossing(levels, np.array([1.0, 1.0, 0.96])) == (0.2, False)


def test_a_method_with_both_kinds_of_noise_takes_half_of_each() -> None:
    curve = np.ones(1)
    found = NoiseLevel(curve * 0, curve, curve, 0.1, 0.4, "")
    assert found.settings("noisegrad") == {"std": 0.1}
    assert found.settings("smoothgrad") == {"sg_std": 0.4}
    assert found.settings("fusiongrad") == {"std": 0.05, "sg_std": 0.2}
    assert input_std(np.array([0.0, 4.0]).reshape(1, 1, 1, 2)) == pytest.approx(0.4)


@pytest.mark.parametrize("kind", ["multiplicative", "additive"])
def test_the_model_comes_back_and_the_seed_decides(kind) -> None:
    net = layered()
    before = {name: value.clone() for name, value in net.state_dict().items()}
    one, two = (noise_level(net, pictures(), None, kind, 3, draws=2) for _ in range(2))
    np.testing.assert_array_equal(one.kept, two.kept)
    assert one.kept[0] == 1
    assert all(torch.equal(value, before[name]) for name, value in net.state_dict().items())


def test_a_cancel_in_the_middle_leaves_the_model() -> None:
    net = torch.jit.script(layered())  # its weights are written over
    before = {name: value.clone() for name, value in net.state_dict().items()}

    def stop(done: int, total: int) -> None:
        if done > 40:
            raise Cancelled

    with pytest.raises(Cancelled):
        noise_level(net, pictures(), draws=2, progress=stop)
    assert all(torch.equal(value, before[name]) for name, value in net.state_dict().items())


@pytest.mark.parametrize("classes", [[0], [7] * 16, [1] * 16])
def test_wrong_classes_are_refused(classes: list[int]) -> None:
    with pytest.raises(InputError):
        noise_level(two_classes(), SAME, classes)


def test_a_model_without_classes_is_refused() -> None:
    with pytest.raises(MethodError):
        noise_level(nn.Sequential(nn.Flatten(), nn.Linear(6, 1)), SAME)
