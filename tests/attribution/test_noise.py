"""SmoothGrad, NoiseGrad, FusionGrad: the formula, and how the three hang together."""

from __future__ import annotations

import gc

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor, nn

from tests import reference
from tests.attribution.nets import NETS, layered, pictures
from xai_core.attribution.explanation import explain
from xai_core.base.arrays import Values

BOTH = ["layered", "functional"]
NOISE = {"std": 0.3, "mean": 1.1, "sg_std": 0.4, "sg_mean": 0.1}


def fusiongrad(net: nn.Module | None = None, seed: int = 5, **parameters: object) -> Values:
    return explain(net or layered(), pictures(), 1, "fusiongrad", seed, **parameters).values


def plain() -> Values:
    return reference.gradient(layered(), torch.from_numpy(pictures()), 1).numpy()


@pytest.mark.proof("fusiongrad", by="a plain version", on=BOTH)
@pytest.mark.parametrize("name", BOTH)
@pytest.mark.parametrize("average", ["absolute", "signed"])
@pytest.mark.parametrize("noise_type", ["multiplicative", "additive"])
@pytest.mark.parametrize(("n", "m"), [(1, 1), (2, 5), (4, 2)])
def test_fusiongrad_is_its_formula(n, m, noise_type, average, name):
    parameters = {"n": n, "m": m, "noise_type": noise_type, "average": average, **NOISE}
    slow = reference.fusiongrad(NETS[name](), torch.from_numpy(pictures()), 1, 5, **parameters)
    np.testing.assert_allclose(fusiongrad(NETS[name](), **parameters), slow, rtol=1e-4, atol=1e-6)


@pytest.mark.proof("noisegrad", by="a plain version", on=BOTH)
@pytest.mark.parametrize("name", BOTH)
def test_noisegrad_is_its_formula(name):
    parameters = {"n": 6, "mean": 0.9, "std": 0.2, "average": "signed"}
    slow = reference.fusiongrad(NETS[name](), torch.from_numpy(pictures()), 1, 5, m=1, **parameters)
    fast = explain(NETS[name](), pictures(), 1, "noisegrad", 5, **parameters).values
    np.testing.assert_allclose(fast, slow, rtol=1e-4, atol=1e-6)


@pytest.mark.proof("smoothgrad", by="a plain version", on=BOTH)
@pytest.mark.parametrize("name", BOTH)
def test_smoothgrad_is_its_formula(name):
    parameters = {"m": 7, "sg_mean": 0.1, "sg_std": 0.3}
    slow = reference.fusiongrad(NETS[name](), torch.from_numpy(pictures()), 1, 5, n=1, **parameters)
    fast = explain(NETS[name](), pictures(), 1, "smoothgrad", 5, **parameters).values
    np.testing.assert_allclose(fast, slow, rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize("average", ["absolute", "signed"])
@settings(max_examples=10, deadline=None)
@given(n=st.integers(1, 4), m=st.integers(1, 4), level=st.floats(0, 1), seed=st.integers(0, 2**63))
def test_without_weight_noise_it_is_smoothgrad(average, n, m, level, seed):
    ours = fusiongrad(n=n, m=m, std=0, sg_std=level, average=average, seed=seed)
    smooth = explain(
        layered(), pictures(), 1, "smoothgrad", seed, m=n * m, sg_std=level, average=average
    )
    np.testing.assert_allclose(ours, smooth.values, rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize("average", ["absolute", "signed"])
@settings(max_examples=10, deadline=None)
@given(n=st.integers(1, 6), level=st.floats(0, 1), seed=st.integers(0, 2**63))
def test_without_input_noise_it_is_noisegrad(average, n, level, seed):
    ours = fusiongrad(n=n, m=1, std=level, sg_std=0, average=average, seed=seed)
    noisy = explain(layered(), pictures(), 1, "noisegrad", seed, n=n, std=level, average=average)
    np.testing.assert_array_equal(ours, noisy.values)


def test_without_noise_it_is_the_gradient():
    signed = fusiongrad(n=3, m=2, std=0, sg_std=0, average="signed")
    np.testing.assert_allclose(signed, plain(), rtol=1e-5, atol=1e-7)
    np.testing.assert_allclose(fusiongrad(n=3, m=2, std=0, sg_std=0), np.abs(plain()), atol=1e-6)
    additive = fusiongrad(n=2, m=2, std=0, mean=0, sg_std=0, noise_type="additive")
    np.testing.assert_allclose(additive, np.abs(plain()), rtol=1e-5, atol=1e-7)


def test_the_seed_decides():
    np.testing.assert_array_equal(fusiongrad(seed=1), fusiongrad(seed=1))
    assert not np.allclose(fusiongrad(seed=1), fusiongrad(seed=2))


def test_weights_and_inputs_draw_for_themselves():
    one, other = fusiongrad(n=1, m=1, std=0), fusiongrad(n=1, m=1, std=0, mean=1.0, sg_std=0.4)
    np.testing.assert_array_equal(one, other)


def test_the_average_decides_about_the_sign():
    for method in ("smoothgrad", "noisegrad", "fusiongrad"):
        assert not explain(layered(), pictures(), 1, method).signed
        signed = explain(layered(), pictures(), 1, method, average="signed")
        assert signed.signed
        assert (signed.values < 0).any()


def test_the_worlds_random_numbers_are_left_alone():
    net = layered()
    before = torch.get_rng_state()
    fusiongrad(net, n=2, m=2)
    assert torch.equal(before, torch.get_rng_state())


def test_weights_written_over_give_the_same_as_weights_replaced():
    scripted = fusiongrad(NETS["scripted"](), n=3, m=2, std=0.3)
    np.testing.assert_allclose(scripted, fusiongrad(n=3, m=2, std=0.3), rtol=1e-4, atol=1e-6)


class Aloof(nn.Module):
    """Keeps references to its weights, as Keras does, so replaced ones have no effect."""

    def __init__(self) -> None:
        super().__init__()
        self.net = layered()
        self._run = _by_reference(self.net)

    def forward(self, x: Tensor) -> Tensor:
        return self._run(x)


def _by_reference(net: nn.Module):
    first, norm, second, head = net[0], net[1], net[3], net[7]
    weights = [first.weight, first.bias, second.weight, second.bias, head.weight, head.bias]
    scale, shift = norm.weight, norm.bias

    def run(x: Tensor) -> Tensor:
        x = torch.conv2d(x, weights[0], weights[1])
        x = nn.functional.batch_norm(x, norm.running_mean, norm.running_var, scale, shift)
        x = torch.conv2d(x.relu(), weights[2], weights[3]).relu()
        x = nn.functional.adaptive_avg_pool2d(x, 2).flatten(1)
        return x @ weights[4].T + weights[5]

    return run


def test_a_model_that_keeps_its_weights_gets_noise_all_the_same():
    net = Aloof()
    before = {name: value.clone() for name, value in net.state_dict().items()}
    aloof = fusiongrad(net, n=3, m=2, std=0.3)
    np.testing.assert_allclose(aloof, fusiongrad(n=3, m=2, std=0.3), rtol=1e-4, atol=1e-6)
    assert all(torch.equal(value, before[name]) for name, value in net.state_dict().items())


def test_integer_parameters_get_no_noise():
    net = layered()
    net.register_parameter("steps", nn.Parameter(torch.arange(3), requires_grad=False))
    fusiongrad(net, n=2, m=1)
    assert torch.equal(net.steps, torch.arange(3))


def test_memory_does_not_grow_with_the_draws():
    def peak(n: int, m: int) -> int:
        sizes = []

        def weigh(*_: int) -> None:
            new = (one for one in gc.get_objects() if issubclass(type(one), torch.Tensor))
            sizes.append(sum(one.numel() * one.element_size() for one in new))

        net = layered()
        gc.collect()
        gc.freeze()  # what is here already is not looked at
        explain(net, pictures(), 1, "fusiongrad", n=n, m=m, batch_size=4, progress=weigh)
        return max(sizes)

    assert peak(4, 16) <= 1.02 * peak(4, 4)  # both fill the groups of the jackknife
