"""Folded batch normalisation is the same function, or is left alone."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
import torch
from torch import Tensor, nn
from torch.func import functional_call
from torch.utils.checkpoint import checkpoint

from tests.attribution.nets import NETS, layered, pictures
from tests.dose import dose
from tests.readiness.zoo.all import ZOO, Specimen
from xai_core import load_model
from xai_core.attribution.explanation import explain
from xai_core.attribution.passes.folding import Folding
from xai_core.base.errors import XaiError
from xai_core.demo.wafer.exhibits import SPEC, wafer_exhibits
from xai_core.models.demo import demo_weights
from xai_core.targets import main_output, score_matrix

EXACT = 1e-9  # in double precision, of the largest value


def slope(call: Callable[[Tensor], object], x: Tensor) -> tuple[Tensor, Tensor]:
    """A score that weighs all outputs differently, and its gradient."""
    leaf = x.detach().clone().requires_grad_(True)
    scores = score_matrix(main_output(call(leaf.clone()))[1], len(x))
    weighted = (scores * torch.linspace(0.5, 1.5, scores.shape[1], dtype=scores.dtype)).sum()
    (gradient,) = torch.autograd.grad(weighted, leaf)
    return weighted.detach(), gradient


def noisy_state(net: nn.Module) -> dict[str, Tensor]:
    draws = torch.Generator().manual_seed(1)
    return {
        name: one.detach() * (1 + 0.2 * torch.randn(one.shape, generator=draws, dtype=one.dtype))
        for name, one in net.named_parameters()
        if one.is_floating_point()
    }


def assert_same_function(net: nn.Module, x: Tensor) -> int:
    """Clean and with noise on the weights, twice; how many norms were folded."""
    net = net.double().requires_grad_(False)
    x = x.double()
    folding = Folding.of(net, x[:1])
    folded = len(folding.norms)
    for weights in (None, noisy_state(net), noisy_state(net), None):

        def call(inputs: Tensor, weights: dict[str, Tensor] | None = weights) -> object:
            return functional_call(net, weights, (inputs,)) if weights else net(inputs)

        expected = slope(call, x)
        found = slope(lambda one, call=call, w=weights: folding.run(call, one, w), x)
        for ours, plain in zip(found, expected, strict=True):
            torch.testing.assert_close(ours, plain, rtol=0, atol=EXACT * float(plain.abs().max()))
    assert len(folding.norms) == folded  # the structure held
    return folded


def test_the_demo_model():
    net = load_model(demo_weights()).module
    x = torch.randn(2, 3, 64, 64, generator=torch.Generator().manual_seed(0))
    assert assert_same_function(net, x) == 49


@pytest.mark.parametrize("exhibit", wafer_exhibits(), ids=lambda one: one.name)
def test_the_wafer_models(exhibit):
    x = torch.randn(2, *SPEC.shape, generator=torch.Generator().manual_seed(0))
    assert assert_same_function(load_model(exhibit.model_path).module, x) > 0


READY = [one for one in ZOO if one.level == "ready"]


@pytest.mark.parametrize("specimen", dose(READY[::3], READY), ids=lambda one: one.name)
def test_the_zoo(specimen: Specimen):
    x = torch.rand(specimen.shape, generator=torch.Generator().manual_seed(0))
    net = specimen.build()
    try:
        slope(net.double(), x.double())
    except (RuntimeError, XaiError):
        pytest.skip("it insists on single precision")
    assert_same_function(net, x)


@pytest.mark.parametrize("name", [one for one in NETS if one not in ("scripted", "bare")])
def test_nets_of_every_build(name):
    assert_same_function(NETS[name](), torch.from_numpy(pictures(2)))


class Block(nn.Module):
    """A convolution, a norm, and somebody who may want the convolution's output, too."""

    def __init__(self, between: Callable[[nn.Module, Tensor], Tensor]) -> None:
        super().__init__()
        self.conv = nn.Conv2d(3, 4, 3)
        self.norm = nn.BatchNorm2d(4)
        self.other = nn.BatchNorm2d(4)
        self.between = between
        for one in (self.norm, self.other):
            nn.init.uniform_(one.running_mean, -1, 1)
            nn.init.uniform_(one.running_var, 0.5, 2)
            nn.init.uniform_(one.weight, 0.5, 2)

    def forward(self, x: Tensor) -> object:
        return self.between(self, x)


def skip(net: nn.Module, x: Tensor) -> Tensor:
    y = net.conv(x)
    return (net.norm(y) + y).mean((2, 3))


def skip_before(net: nn.Module, x: Tensor) -> Tensor:
    y = net.conv(x)
    size = y.abs().mean()
    return net.norm(y).mean((2, 3)) + size


def two_norms(net: nn.Module, x: Tensor) -> Tensor:
    y = net.conv(x)
    return (net.norm(y) + net.other(y)).mean((2, 3))


def given_out(net: nn.Module, x: Tensor) -> dict[str, Tensor]:
    y = net.conv(x)
    return {"features": y, "logits": net.norm(y).mean((2, 3))}


def between(net: nn.Module, x: Tensor) -> Tensor:
    return net.norm(net.conv(x).relu()).mean((2, 3))


def in_place(net: nn.Module, x: Tensor) -> Tensor:
    return net.norm(net.conv(x).mul_(2)).mean((2, 3))


def looked_at(net: nn.Module, x: Tensor) -> Tensor:
    y = net.conv(x)
    return net.norm(y).mean((2, 3)) * (1 + float(y.detach().numpy().mean()))


def batch_statistics(net: nn.Module, x: Tensor) -> Tensor:
    y = net.conv(x)
    return nn.functional.batch_norm(y, None, None, training=True).mean((2, 3))


LEFT_ALONE = (
    skip,
    skip_before,
    two_norms,
    given_out,
    between,
    in_place,
    looked_at,
    batch_statistics,
)


@pytest.mark.parametrize("way", LEFT_ALONE, ids=lambda one: one.__name__)
def test_a_norm_that_is_not_the_only_reader_is_left_alone(way):
    assert assert_same_function(Block(way).eval(), torch.from_numpy(pictures(2))) == 0


def a_hook_that_keeps(net: Block, kept: list[float]) -> None:
    net.conv.register_forward_hook(lambda *call: kept.append(float(call[2].detach().mean())))


def test_a_convolution_that_a_hook_looks_at_is_left_alone():
    net, kept = Block(straight).eval(), []
    a_hook_that_keeps(net, kept)
    assert assert_same_function(net, torch.from_numpy(pictures(2))) == 0
    assert kept


def straight(net: nn.Module, x: Tensor) -> Tensor:
    return net.norm(net.conv(x)).relu().mean((2, 3))


def shared(net: nn.Module, x: Tensor) -> Tensor:
    """One convolution, used twice, with a norm of its own each time."""
    return (net.norm(net.conv(x)).sin() + net.other(net.conv(2 * x))).mean((2, 3))


def twice(net: nn.Module, x: Tensor) -> Tensor:
    """A norm behind a norm, the second of which has to run."""
    return net.other(net.norm(net.conv(x))).relu_().mean((2, 3))


@pytest.mark.parametrize(("way", "norms"), [(straight, 1), (shared, 2), (twice, 1)])
def test_what_can_be_folded_is(way, norms):
    assert assert_same_function(Block(way).eval(), torch.from_numpy(pictures(2))) == norms


@pytest.mark.parametrize("affine", [True, False])
@pytest.mark.parametrize("bias", [True, False])
def test_layers_of_every_kind(bias, affine):
    net = nn.Sequential(
        nn.Conv2d(3, 6, 3, padding="same", padding_mode="reflect", bias=bias),
        nn.BatchNorm2d(6, affine=affine),
        nn.Conv2d(6, 6, (3, 1), groups=3, dilation=2, bias=bias),
        nn.BatchNorm2d(6, affine=affine, eps=0.1),
        nn.Flatten(2),
        nn.Conv1d(6, 4, 5, stride=3, bias=bias),
        nn.BatchNorm1d(4, affine=affine),
        nn.AdaptiveAvgPool1d(3),
        nn.Flatten(),
        nn.Linear(12, 5, bias=bias),
        nn.BatchNorm1d(5, affine=affine),
    )
    for one in net.buffers():
        if one.is_floating_point():
            one.uniform_(0.5, 2)
    assert assert_same_function(net.eval(), torch.from_numpy(pictures(2))) == 4


def test_an_exported_graph_is_folded():
    x = torch.from_numpy(pictures(1)).double()
    graph = torch.export.export(layered().double(), (x,)).module()
    assert assert_same_function(graph, x) == 1


class Moody(nn.Module):
    """From its fourth pass on somebody else reads the convolution's output."""

    def __init__(self) -> None:
        super().__init__()
        self.block = Block(straight)
        self.passes = 0

    def forward(self, x: Tensor) -> Tensor:
        self.passes += 1
        return self.block(x) if self.passes < 4 else two_norms(self.block, x)


def test_a_pass_that_takes_another_way_is_run_as_the_model_is():
    net = Moody().double().eval()
    x = torch.from_numpy(pictures(2)).double()
    folding = Folding.of(net, x[:1])
    assert len(folding.norms) == 1
    expected = straight(net.block, x)
    assert torch.allclose(folding.run(net, x), expected, atol=1e-12)
    for _ in range(2):
        assert torch.equal(folding.run(net, x), two_norms(net.block, x))
    assert not folding.norms


class Checkpointed(nn.Module):
    """Runs its layers a second time in the backward pass, out of sight."""

    def __init__(self) -> None:
        super().__init__()
        self.net = layered()

    def forward(self, x: Tensor) -> Tensor:
        return checkpoint(self.net, x, use_reentrant=False)


def test_layers_that_run_again_in_the_backward_pass():
    ours = explain(Checkpointed(), pictures(), 1, "smoothgrad").values
    plain = explain(layered(), pictures(), 1, "smoothgrad").values
    np.testing.assert_allclose(ours, plain, rtol=1e-3, atol=1e-5 * np.abs(plain).max())


def test_weights_that_are_written_over_are_folded_anew():
    net = layered().double()
    x = torch.from_numpy(pictures(1)).double()
    folding = Folding.of(net, x)
    with torch.no_grad():
        for weight in net.parameters():
            folding.run(net, x)
            weight.mul_(1.5)
            torch.testing.assert_close(folding.run(net, x), net(x), rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("method", ["fusiongrad", "noisegrad", "smoothgrad", "occlusion"])
def test_maps_are_those_of_the_model_as_it_is(method, monkeypatch):
    parameters = {"occlusion": {"window": 4, "stride": 2}}.get(method, {})
    folded = explain(layered(), pictures(), 1, method, **parameters).values
    monkeypatch.setattr("xai_core.attribution.explanation.WORTH", 10**9)
    plain = explain(layered(), pictures(), 1, method, **parameters).values
    assert not np.array_equal(folded, plain)  # it was folded indeed
    np.testing.assert_allclose(folded, plain, rtol=1e-3, atol=1e-5 * np.abs(plain).max())
