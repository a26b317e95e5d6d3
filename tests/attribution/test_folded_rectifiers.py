"""Rectifiers are folded into the convolution before them where nobody else reads between."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import pytest
import torch
import torch.nn.functional as F  # noqa: N812 - its usual name
from torch import Tensor, nn

from tests.attribution.nets import pictures
from tests.attribution.test_folding import slope
from tests.readiness.zoo.all import ZOO, Specimen
from xai_core import load_model
from xai_core.attribution.explanation import explain
from xai_core.attribution.passes.folding import Folding
from xai_core.attribution.patches.patched import Patched
from xai_core.attribution.patches.patched_pass import PatchedPass
from xai_core.demo.wafer.exhibits import SPEC, wafer_exhibits
from xai_core.models.demo import demo_weights


class Block(nn.Module):
    """Two convolutions, and a way to use them."""

    def __init__(self, way: Callable[[nn.Module, Tensor], object]) -> None:
        super().__init__()
        self.first, self.second = nn.Conv2d(3, 6, 3, padding=1), nn.Conv2d(6, 6, 3, padding=1)
        self.norm = nn.BatchNorm2d(6)
        nn.init.uniform_(self.norm.running_mean, -1, 1)
        nn.init.uniform_(self.norm.weight, 0.5, 2)
        self.way = way

    def forward(self, x: Tensor) -> object:
        return self.way(self, x)


def straight(net, x):
    return net.second(net.first(x).relu()).relu_().mean((2, 3))


def behind_a_norm(net, x):
    return F.relu6(net.norm(net.first(x)), inplace=True).mean((2, 3))


def residual(net, x):
    y = F.relu(net.first(x))
    return F.relu(net.second(y) + y).mean((2, 3))


def shared(net, x):
    y = net.first(x).relu()
    return (net.second(y).relu() * net.second(2 * y).relu()).mean((2, 3))


def read_again(net, x):
    y = net.first(x)
    return (y.relu() + y.sin()).mean((2, 3))


def read_before(net, x):
    y = net.first(x)
    size = y.std()
    return y.relu().mean((2, 3)) * size


def norm_read_again(net, x):
    y = net.norm(net.first(x))
    return (y.relu() + y).mean((2, 3))


def twice(net, x):
    y = net.first(x)
    return (y.relu() + F.relu6(y)).mean((2, 3))


def in_place_and_read(net, x):
    y = net.first(x)
    y.relu_()
    return y.mean((2, 3))


def rectified_and_normed(net, x):
    y = net.first(x)
    return (net.norm(y) * y.relu()).mean((2, 3))


def given_out(net, x):
    y = net.first(x)
    return {"features": y, "logits": y.relu().mean((2, 3))}


WAYS = {
    straight: (0, 2),
    behind_a_norm: (1, 1),
    residual: (0, 1),
    shared: (0, 3),
    read_again: (0, 0),
    read_before: (0, 0),
    norm_read_again: (1, 0),
    twice: (0, 0),
    in_place_and_read: (0, 0),
    rectified_and_normed: (0, 0),
    given_out: (0, 0),
}


def assert_same_function(net: nn.Module, x: Tensor) -> Folding:
    """Rounding may flip a rectifier, so gradients are compared in the mean."""
    net = net.requires_grad_(False)
    folding = Folding.of(net, x[:1])
    expected, slopes = slope(net, x)
    for _ in range(2):
        found, mine = slope(partial(folding.run, net), x)
        torch.testing.assert_close(found, expected, rtol=1e-4, atol=1e-4)
        assert (mine - slopes).abs().mean() <= 1e-3 * slopes.abs().max()
    return folding


@pytest.mark.parametrize("way", WAYS, ids=lambda one: one.__name__)
def test_who_reads_what(way):
    folding = assert_same_function(Block(way).eval(), torch.from_numpy(pictures(2)))
    assert (len(folding.norms), len(folding.rectifiers)) == WAYS[way]


def test_the_demo_model():
    net = load_model(demo_weights()).module
    x = torch.randn(2, 3, 64, 64, generator=torch.Generator().manual_seed(0))
    assert len(assert_same_function(net, x).rectifiers) == 33


@pytest.mark.parametrize("exhibit", wafer_exhibits(), ids=lambda one: one.name)
def test_the_wafer_models(exhibit):
    x = torch.randn(2, *SPEC.shape, generator=torch.Generator().manual_seed(0))
    assert assert_same_function(load_model(exhibit.model_path).module, x).rectifiers


@pytest.mark.parametrize(
    "specimen", [one for one in ZOO if one.level == "ready"], ids=lambda one: one.name
)
def test_the_zoo(specimen: Specimen):
    x = torch.rand(specimen.shape, generator=torch.Generator().manual_seed(0))
    assert_same_function(specimen.build(), x)


def fragile(net, x):
    y = (x - 1).sqrt() if x.max() > 5 else x
    return net.first(y).relu().mean((2, 3))


def test_a_nan_that_comes_up_later_is_still_one():
    net = Block(fragile).eval().requires_grad_(False)
    x = torch.from_numpy(pictures(2))
    folding = Folding.of(net, x[:1])
    assert len(folding.rectifiers) == 1
    for _ in range(2):
        assert folding.run(net, x + 10).isfinite().all()
        assert folding.run(net, torch.cat([x, x + 10])).isnan().any()
    assert len(folding.rectifiers) == 1


def spoiled(net, x):
    y = net.first(x).relu()
    y += (x - 1).sqrt().mean() if x.max() > 5 else 1
    return net.second(y).relu().mean((2, 3))


def test_a_nan_that_is_written_into_a_rectified_output_is_still_one():
    net = Block(spoiled).eval().requires_grad_(False)
    x = torch.from_numpy(pictures(2))
    folding = Folding.of(net, x[:1])
    assert len(folding.rectifiers) == 2
    with torch.no_grad():
        assert folding.run(net, x).isfinite().all()
        assert folding.run(net, x * 10).isnan().all()


def overflowing(net, x):
    y = net.first(x).relu()
    y += net.first(x).square().square().square()
    return net.second(y).relu().mean((2, 3))


def test_an_overflow_in_a_rectangle_is_seen():
    net = Block(overflowing).eval().requires_grad_(False)
    x = torch.from_numpy(pictures(1))
    folding = Folding.of(net, x)
    assert len(folding.rectifiers) == 2
    patched = Patched(x, torch.full((2, 3, 4, 4), 1e8), [(0, 0), (3, 2)])
    with torch.no_grad():
        assert net(patched.windows(x, [(0, 0)] * 2, x.shape[2:])).isnan().any()
        assert PatchedPass().run(partial(folding.run, net), patched).isnan().any()


def moody(net, x):
    net.passes = getattr(net, "passes", 0) + 1
    y = net.first(x)
    return (y.relu() if net.passes < 3 else F.relu6(y)).mean((2, 3))


def test_a_pass_with_another_rectifier_is_run_as_the_model_is():
    net = Block(moody).eval().requires_grad_(False)
    x = torch.from_numpy(pictures(2)) * 30
    folding = Folding.of(net, x[:1])
    assert len(folding.rectifiers) == 1
    assert torch.equal(folding.run(net, x), net(x))
    assert not folding.any


def written_over(net, x):
    y = F.relu6(net.first(x))
    y += 1
    return net.second(y).relu().mean((2, 3))


def test_an_output_that_is_written_over_costs_the_folding_and_not_the_map():
    net = Block(written_over).eval()
    plain = explain(net, pictures(), 1, "saliency").values
    folded = explain(net, pictures(), 1, "smoothgrad", m=8, sg_std=0.0).values
    torch.testing.assert_close(*map(torch.from_numpy, (folded, plain)), rtol=1e-3, atol=1e-6)


class Inferring(nn.Module):
    """Its layers run in inference mode, whose tensors have no version."""

    def __init__(self) -> None:
        super().__init__()
        self.block = Block(straight)

    def forward(self, x: Tensor) -> Tensor:
        with torch.inference_mode():
            return self.block(x).clone()


def test_layers_in_inference_mode_are_run_as_they_are():
    net = Inferring().eval().requires_grad_(False)
    x = torch.from_numpy(pictures(2))
    assert not Folding.of(net, x[:1]).any  # its check fails, and costs nothing else
    found = explain(net, pictures(), 1, "occlusion", window=4, stride=2).values
    plain = explain(net.block, pictures(), 1, "occlusion", window=4, stride=2).values
    torch.testing.assert_close(*map(torch.from_numpy, (found, plain)), rtol=1e-3, atol=1e-5)
