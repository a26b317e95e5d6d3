"""Noise around any method, squares and variances."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from captum.attr import GuidedBackprop, NoiseTunnel, Saliency

from tests.attribution.nets import layered, pictures
from xai_core import Target, explain
from xai_core.attribution.noise.draws import streams
from xai_core.base.errors import InputError, MethodError


def copies(count: int) -> torch.Tensor:
    """The very ones that are drawn."""
    drawn = streams(5)[1].normal((3, 12, 10), 0.0, 0.5, count)
    return torch.from_numpy(pictures()) + drawn


def gradients(count: int) -> torch.Tensor:
    leaf = copies(count).requires_grad_(True)
    return torch.autograd.grad(layered()(leaf)[:, 2].sum(), leaf)[0].double()


def ours(**more: object) -> np.ndarray:
    return explain(layered(), pictures(), 2, "smoothgrad", 5, m=8, sg_std=0.5, **more).values


def test_squares_and_variance() -> None:
    found = gradients(8)
    np.testing.assert_allclose(ours(average="squared")[0], found.square().mean(0), rtol=1e-4)
    variance = found.var(0, unbiased=False)
    np.testing.assert_allclose(ours(average="variance")[0], variance, rtol=1e-3, atol=1e-9)


@pytest.mark.proof("smoothgrad", by="Captum", on=("layered",))
@pytest.mark.parametrize(
    ("kind", "average"), [("smoothgrad_sq", "squared"), ("vargrad", "variance")]
)
def test_captums_come_to_the_same(kind: str, average: str) -> None:
    torch.manual_seed(0)
    theirs = NoiseTunnel(Saliency(layered())).attribute(
        torch.from_numpy(pictures()), target=2, nt_type=kind, nt_samples=3000, stdevs=0.5, abs=False
    )
    many = explain(layered(), pictures(), 2, "smoothgrad", m=500, sg_std=0.5, average=average)
    error = np.linalg.norm(many.values - theirs.detach().numpy())
    assert error < 0.15 * np.linalg.norm(many.values)


def test_it_is_the_mean_of_any_methods_maps() -> None:
    theirs = GuidedBackprop(layered()).attribute(copies(8), target=2).detach().mean(0)
    values = ours(of="guided-backprop", average="signed")
    np.testing.assert_allclose(values[0], theirs, rtol=1e-3, atol=1e-6)
    cams = [explain(layered(), one[None].numpy(), 2, "grad-cam").values for one in copies(8)]
    values = ours(of="grad-cam").sum(1, keepdims=True)
    np.testing.assert_allclose(values, np.mean(cams, 0), rtol=1e-3, atol=1e-6)


@pytest.mark.parametrize("method", ["noisegrad", "fusiongrad"])
def test_also_over_weights_and_counted(method: str) -> None:
    calls: list[tuple[int, int]] = []
    small = {"n": 2, "m": 2} if method == "fusiongrad" else {"n": 2}
    found = explain(
        layered(), pictures(), 2, method, of="grad-cam", **small,
        progress=lambda done, total: calls.append((done, total)),
    )  # fmt: skip
    assert found.values.any()
    assert calls[-1][0] == calls[-1][1]


def test_around_what_has_no_gradient_is_refused() -> None:
    with pytest.raises(InputError, match="around 'occlusion'"):
        ours(of="occlusion")
    with pytest.raises(InputError, match="around 'smoothgrad'"):
        ours(of="smoothgrad")


@pytest.mark.parametrize("method", ["noisegrad", "fusiongrad"])
def test_weight_noise_around_what_reads_the_weights_is_refused(method: str) -> None:
    with pytest.raises(InputError, match="weights cannot be put around 'lrp'"):
        explain(layered(), pictures(), 2, method, of="lrp", n=2)


@pytest.mark.parametrize("method", ["legrad", "gradient-rollout"])
def test_around_what_follows_the_model_to_its_end_no_neuron_is_explained(method: str) -> None:
    inside = Target("neuron", {"layer": "0", "unit": "1"})
    with pytest.raises(MethodError, match="follows the model to its end"):
        explain(layered(), pictures(), inside, "smoothgrad", m=2, of=method)
