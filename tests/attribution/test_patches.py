"""Occlusion in part gives the map of whole passes."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
import torch
import torch.nn.functional as F  # noqa: N812 - its usual name
from torch import Tensor, nn

from tests.attribution.nets import NETS
from tests.dose import dose, pairs
from tests.readiness.zoo.all import ZOO, Specimen
from xai_core.attribution.explanation import explain
from xai_core.attribution.patches import covered
from xai_core.base.pace import Pace
from xai_core.targets import main_output

SIDE = (29, 34)
WINDOW = {"window": 7, "stride": 3, "baseline": 0.5}
EXACT = 2e-5  # of the score, whose differences a map holds: float32, summed in another order


class Net(nn.Module):
    """A stem, a body that is tried, and a head that is the same for all."""

    def __init__(self, body: nn.Module | Callable[[Tensor], Tensor], channels: int = 6) -> None:
        super().__init__()
        self.stem = nn.Conv2d(3, 6, 3, padding=1)
        self.body = body
        self.head = nn.Linear(channels, 5)

    def forward(self, x: Tensor) -> Tensor:
        return self.head(self.body(self.stem(x)).mean((2, 3)))


class Residual(nn.Module):
    """A branch of another reach beside the picture; one sum in place and one not."""

    def __init__(self) -> None:
        super().__init__()
        self.near, self.far = nn.Conv2d(6, 6, 1), nn.Conv2d(6, 6, 5, padding=2)

    def forward(self, x: Tensor) -> Tensor:
        y = F.relu_(self.far(x))
        y += self.near(x)
        return (y + x) * y - 2 * x


class Gated(nn.Module):
    """Squeeze and excitation: every place depends on all others."""

    def __init__(self) -> None:
        super().__init__()
        self.gate = nn.Conv2d(6, 6, 1)

    def forward(self, x: Tensor) -> Tensor:
        return torch.relu(x * self.gate(x.mean((2, 3), keepdim=True)).sigmoid())


class WrittenOver(nn.Module):
    """Works in place on what was read before, and by a call that nobody knows."""

    def forward(self, x: Tensor) -> Tensor:
        beside = x.flip(3)
        x[:, :2].mul_(3.0)
        return torch.relu_(x) + beside


class BatchStatistics(nn.BatchNorm2d):
    """Normalises by its own batch, also when it is evaluated: samples know each other."""

    def __init__(self) -> None:
        super().__init__(6, track_running_stats=False)


BODIES: dict[str, Callable[[], nn.Module]] = {
    "3x3": lambda: nn.Conv2d(6, 6, 3, padding=1),
    "no padding": lambda: nn.Conv2d(6, 6, (5, 2)),
    "padding of its own kind": lambda: nn.Conv2d(6, 6, 3, padding="same"),
    "reflected": lambda: nn.Conv2d(6, 6, 3, padding=1, padding_mode="reflect"),
    "stride": lambda: nn.Conv2d(6, 6, 3, stride=2, padding=1),
    "1x1, stride 3": lambda: nn.Conv2d(6, 6, 1, stride=3),
    "dilated, uneven": lambda: nn.Conv2d(6, 6, 3, dilation=(2, 1), stride=(1, 2), padding=(0, 3)),
    "depthwise": lambda: nn.Conv2d(6, 6, 5, padding=2, groups=6),
    "padding far beyond": lambda: nn.Conv2d(6, 6, 3, padding=9),
    "max": lambda: nn.MaxPool2d(3, 2, 1),
    "max of negative numbers": lambda: nn.Sequential(Negative(), nn.MaxPool2d(3, 1, 1)),
    "max, rounded up": lambda: nn.MaxPool2d(3, 2, ceil_mode=True),
    "mean": lambda: nn.AvgPool2d(3, 2, 1),
    "norm": lambda: _moved(nn.BatchNorm2d(6)),
    "batch statistics": BatchStatistics,
    "group norm": lambda: nn.GroupNorm(2, 6),
    "zeros around": lambda: nn.Sequential(nn.ZeroPad2d((0, 2, 1, 3)), nn.Conv2d(6, 6, 4, stride=3)),
    "ones around": lambda: nn.Sequential(nn.ConstantPad2d(1, 1.0), nn.Conv2d(6, 6, 3)),
    "rectifiers": lambda: nn.Sequential(
        nn.ReLU(), nn.Conv2d(6, 6, 3), nn.ReLU6(True), nn.Conv2d(6, 6, 3), nn.SiLU(True)
    ),
    "slopes": lambda: nn.PReLU(6),
    "residual": Residual,
    "gated": Gated,
    "written over": WrittenOver,
    "shuffled": lambda: nn.Sequential(nn.ChannelShuffle(2), nn.PixelUnshuffle(1)),
    "grown": lambda: nn.Sequential(nn.ConvTranspose2d(6, 6, 2, 2), nn.Upsample(scale_factor=0.5)),
    "normed by channel": lambda: nn.LocalResponseNorm(3),
    "dropped": lambda: nn.Dropout2d(0.5),
}


class Negative(nn.Module):
    """Below zero everywhere: a border of zeros would win."""

    def forward(self, x: Tensor) -> Tensor:
        return -torch.abs(x) - 1


def _moved(norm: nn.BatchNorm2d) -> nn.BatchNorm2d:
    for tensor in (norm.running_mean, norm.running_var, norm.weight, norm.bias):
        assert tensor is not None
        tensor.data.uniform_(0.5, 2.0)
    return norm


def picture(*shape: int) -> np.ndarray:
    return np.random.default_rng(3).random(shape or (1, 3, *SIDE), np.float32)


def assert_alike(
    monkeypatch: pytest.MonkeyPatch, net: nn.Module, inputs: np.ndarray, **how: object
) -> None:
    """In part as by whole passes."""
    found = explain(net, inputs, None, "occlusion", **how).values
    monkeypatch.setattr(covered, "WORTH", 10**6)
    expected = explain(net, inputs, None, "occlusion", **how).values
    with torch.no_grad():
        output = main_output(net(torch.from_numpy(inputs)))[1]
    limit = EXACT * float(output.abs().max())
    np.testing.assert_allclose(found, expected, rtol=0, atol=limit)


@pytest.mark.parametrize(
    ("name", "pace"), pairs(BODIES, [Pace(), Pace(1), Pace(5, channels_last=True)])
)
def test_in_part_as_in_whole(name, pace, monkeypatch):
    torch.manual_seed(0)
    net = Net(BODIES[name]()).eval()
    assert_alike(monkeypatch, net, picture(), pace=pace, **WINDOW)


def test_a_map_does_not_depend_on_the_batch_of_a_model_that_mixes_samples():
    torch.manual_seed(0)
    net = Net(BatchStatistics()).eval()
    alone, many = (
        explain(net, picture(), 1, "occlusion", pace=pace, **WINDOW).values
        for pace in (Pace(1), Pace(16))
    )
    np.testing.assert_array_equal(many, alone)


def test_rows_of_channels(monkeypatch):
    torch.manual_seed(0)
    left, right = nn.Conv2d(6, 3, 1), nn.Conv2d(6, 4, 7, padding=3)
    net = Net(lambda x: torch.cat([left(x), right(x)], 1), 7).eval()
    assert_alike(monkeypatch, net, picture(), **WINDOW)
    beside = Net(lambda x: torch.cat([left(x), left(x)], 2), 3).eval()
    assert_alike(monkeypatch, beside, picture(), **WINDOW)


@pytest.mark.parametrize("name", [name for name in NETS if name != "flat"])
def test_every_way_to_build_a_net(name, monkeypatch):
    assert_alike(monkeypatch, NETS[name](), picture(), **WINDOW)


@pytest.mark.parametrize(("window", "stride"), [(1, 1), (2, 2), (13, 5), (29, 29), (60, 60)])
def test_every_window(window, stride, monkeypatch):
    torch.manual_seed(0)
    net = Net(nn.Sequential(*(nn.Conv2d(6, 6, 3, padding=1) for _ in range(3)))).eval()
    assert_alike(monkeypatch, net, picture(1, 3, 31, 30), window=window, stride=stride)


READY = [one for one in ZOO if one.level == "ready" and one.name != "a hard mask, detached"]
"""Rounding can flip a hard mask."""


@pytest.mark.parametrize("specimen", dose(READY[::4], READY), ids=lambda one: one.name)
def test_the_zoo(specimen: Specimen, monkeypatch):
    net = specimen.build()
    assert_alike(monkeypatch, net, picture(*specimen.shape))
