"""Padding that a convolution does itself is the same function, or is left alone."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional

from tests.attribution.test_folding import assert_same_function
from xai_core.attribution.passes.folding import Folding

SYMMETRIC, ROWS, UNEVEN, LEAD = (1, 1, 1, 1), (0, 0, 2, 2), (0, 1, 0, 1), (2, 0, 1, 3)


class Net(nn.Module):
    def __init__(self, way: Callable[[Net, Tensor], Tensor], **of_conv: object) -> None:
        super().__init__()
        self.conv = nn.Conv2d(3, 6, 3, **of_conv).eval()
        self.way = way

    def forward(self, x: Tensor) -> Tensor:
        return self.way(self, x).tanh().mean((2, 3))


def moved(net: nn.Module, size: tuple[int, int] = (11, 14)) -> int:
    x = torch.randn(2, 3, *size, generator=torch.Generator().manual_seed(0))
    assert_same_function(net, x)
    return len(Folding.of(net, x[:1].double()).pads)


def padded(sides: tuple[int, ...], **named: object) -> Callable[[Net, Tensor], Tensor]:
    return lambda net, x: net.conv(functional.pad(x, sides, **named))


@pytest.mark.parametrize("stride", [1, 2, (1, 3)], ids=str)
@pytest.mark.parametrize("sides", [SYMMETRIC, ROWS, UNEVEN, LEAD, (3, 1)], ids=str)
def test_any_sides_where_each_kernel_has_one_channel(sides, stride):
    assert moved(Net(padded(sides), groups=3, stride=stride)) == 1


@pytest.mark.parametrize("size", [(11, 14), (12, 13), (8, 8)], ids=str)
def test_equal_sides_everywhere(size):
    assert moved(Net(padded(SYMMETRIC), stride=2, dilation=2), size) == 1
    assert moved(Net(padded(ROWS, mode="constant", value=0.0)), size) == 1


def test_the_ways_to_say_it():
    assert moved(Net(lambda net, x: net.conv(nn.ZeroPad2d(1)(x)))) == 1
    assert moved(Net(lambda net, x: net.conv(torch.constant_pad_nd(x, SYMMETRIC)))) == 1
    aten = torch.ops.aten
    assert moved(Net(lambda net, x: net.conv(aten.constant_pad_nd.default(x, [1, 1, 1, 1])))) == 1


def reads_twice(net: Net, x: Tensor) -> Tensor:
    y = functional.pad(x, SYMMETRIC)
    return net.conv(y) + y.mean()


def reads_before(net: Net, x: Tensor) -> Tensor:
    y = functional.pad(x, SYMMETRIC)
    size = y.abs().mean()
    return net.conv(y) * size


def two_convolutions(net: Net, x: Tensor) -> Tensor:
    y = functional.pad(x, SYMMETRIC)
    return net.conv(y) + net.conv(y)


def changed_between(net: Net, x: Tensor) -> Tensor:
    y = functional.pad(x, SYMMETRIC)
    x.mul_(2)
    return net.conv(y)


def in_place(net: Net, x: Tensor) -> Tensor:
    return net.conv(functional.pad(x, SYMMETRIC).mul_(2))


def looks_at_numpy(net: Net, x: Tensor) -> Tensor:
    y = functional.pad(x, SYMMETRIC)
    return net.conv(y) * float(y.detach().numpy().std())


LEFT = (reads_twice, reads_before, two_convolutions, changed_between, in_place, looks_at_numpy)


@pytest.mark.parametrize("way", LEFT, ids=lambda one: one.__name__)
def test_padding_with_another_reader_is_left_alone(way):
    assert moved(Net(way)) == 0


@pytest.mark.parametrize(
    "net",
    [
        Net(padded(SYMMETRIC, value=1.0)),
        Net(padded(SYMMETRIC, mode="reflect")),
        Net(padded((1, 1, -1, 1))),
        Net(padded(UNEVEN)),  # a larger kernel over many channels costs more than the copy
        Net(padded(UNEVEN), groups=3, dilation=2),
        Net(padded(SYMMETRIC), padding=1),
        Net(padded(SYMMETRIC), padding="same"),
    ],
)
def test_other_padding_is_left_alone(net):
    assert moved(net) == 0


def test_a_shape_may_be_asked_for():
    def asks(net: Net, x: Tensor) -> Tensor:
        y = functional.pad(x, SYMMETRIC)
        return net.conv(y) / (y.shape[2] + y.size(3) + y.dim())

    assert moved(Net(asks)) == 1


def test_padding_that_is_read_only_in_a_later_pass():
    turns = iter([False, False, True, True, True, True, True])

    def changes(net: Net, x: Tensor) -> Tensor:
        y = functional.pad(x, SYMMETRIC)
        return net.conv(y) + (y.mean() if next(turns) else 0)

    net = Net(changes)
    x = torch.randn(1, 3, 9, 9)
    folding = Folding.of(net, x)
    assert folding.any
    assert torch.equal(folding.run(net, x), net(x))
    assert not folding.any


def test_other_sides_in_a_later_pass():
    sides = iter([1, 1, 2, 2, 2])
    net = Net(lambda net, x: net.conv(functional.pad(x, [next(sides)] * 4)))
    x = torch.randn(1, 3, 9, 9)
    folding = Folding.of(net, x)
    assert folding.any
    assert torch.equal(folding.run(net, x), net(x))
    assert not folding.any
