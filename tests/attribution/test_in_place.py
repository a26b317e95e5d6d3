"""Calls that write over what they are given, whose result nobody takes: as those that give it."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Callable

import numpy as np
import pytest
import torch
import torch.nn.functional as F  # noqa: N812 - its usual name
from torch import Tensor, nn

from tests.attribution.nets import _ready, pictures
from xai_core import explain
from xai_core.attribution import completeness
from xai_core.attribution.relevance import conservation

Step = Callable[[Tensor, Tensor], Tensor]


def left(call: Callable[[Tensor, Tensor], object]) -> Step:
    """The tensor that a call has written over."""

    def step(x: Tensor, other: Tensor) -> Tensor:
        call(x, other)
        return x

    return step


STEPS: dict[str, tuple[Step, Step]] = {
    "relu_": (left(lambda x, _: x.relu_()), lambda x, _: F.relu(x)),
    "nn.ReLU": (left(lambda x, _: nn.ReLU(inplace=True)(x)), lambda x, _: F.relu(x)),
    "nn.ReLU6": (left(lambda x, _: nn.ReLU6(inplace=True)(x)), lambda x, _: F.relu6(x)),
    "by name": (left(lambda x, _: F.silu(input=x, inplace=True)), lambda x, _: F.silu(x)),
    "clamp_": (left(lambda x, _: x.clamp_(min=0)), lambda x, _: F.relu(x)),
    "add_": (left(lambda x, other: x.add_(other)), lambda x, other: x + other),
    "mul_": (left(lambda x, other: x.mul_(other)), lambda x, other: x * other),
    "div_": (left(lambda x, _: x.div_(3)), lambda x, _: x / 3),
    "divide_": (left(lambda x, _: x.divide_(3)), lambda x, _: x / 3),
    "a part": (
        left(lambda x, _: x[:, :3].relu_()),
        lambda x, _: torch.cat([x[:, :3].relu(), x[:, 3:]], 1),
    ),
}


class Stepped(nn.Module):
    """Two convolutions with a step behind the second."""

    def __init__(self, step: Step) -> None:
        super().__init__()
        self.first, self.second = nn.Conv2d(3, 6, 3), nn.Conv2d(6, 6, 3, padding=1)
        self.head, self.step = nn.Linear(6, 5), step

    def forward(self, x: Tensor) -> Tensor:
        x = F.relu(self.first(x))
        return self.head(self.step(self.second(x), x).mean((2, 3)))


@pytest.mark.parametrize("method", ["deep-lift", "lrp", "guided-backprop"])
@pytest.mark.parametrize("name", STEPS)
def test_the_map_is_that_of_calls_that_give_their_result(name: str, method: str) -> None:
    found, plain = (
        explain(_ready(Stepped(step)), pictures(), 2, method, seed=0) for step in STEPS[name]
    )
    np.testing.assert_allclose(found.values, plain.values, rtol=1e-5, atol=1e-7)
    if method == "deep-lift":
        assert (completeness.error_of(found) or 0) < 1e-3
    if method == "lrp":
        assert conservation.shares_of(found) == [pytest.approx(1.0, abs=0.05)]


@pytest.mark.parametrize("method", ["deep-lift", "lrp", "guided-backprop"])
@pytest.mark.parametrize("call", [Tensor.add_, Tensor.mul_, lambda x, _: x[:, :3].relu_()])
def test_nothing_stays_of_the_passes(call: Callable[[Tensor, Tensor], Tensor], method: str) -> None:
    seen: list[weakref.ref[Tensor]] = []

    def step(x: Tensor, other: Tensor) -> Tensor:
        seen.append(weakref.ref(x))
        call(x, other)
        return x

    explain(_ready(Stepped(step)), pictures(), 2, method)
    gc.collect()
    assert seen
    assert all(one() is None for one in seen)
