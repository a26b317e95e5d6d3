"""A model comes back bit for bit when its relevance is broken off, in either kind of pass."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from tests.attribution.nets import layered
from tests.attribution.nets import pictures as small
from tests.attribution.test_attention import pictures as large
from tests.attribution.test_attention import timm
from tests.attribution.test_borrowing import assert_as_found, state, used
from xai_core import explain
from xai_core.base.errors import Cancelled, XaiError


class Breaking(torch.autograd.Function):
    """The same, until its turn to raise comes, in a forward or a backward pass."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, turn: Callable[[], None]) -> Tensor:
        ctx.turn = turn
        turn()
        return x.clone()

    @staticmethod
    def backward(ctx: Any, *slope: Tensor) -> Any:
        ctx.turn()
        return slope[0], None


class Broken(nn.Module):
    """A net whose output is broken off at a turn, and never for None."""

    def __init__(self, net: nn.Module, error: Exception) -> None:
        super().__init__()
        self.net, self.error = net, error
        self.left: int | None = None
        self.turns = 0

    def turn(self) -> None:
        self.turns += 1
        if self.left is not None and self.turns > self.left:
            raise self.error

    def forward(self, x: Tensor) -> Tensor:
        return Breaking.apply(self.net(x), self.turn)


CASES = {
    "lrp": (layered, small),
    "deep-lift": (layered, small),
    "deep-lift-shap": (layered, small),
    "legrad": (timm, lambda: large().numpy()),
}


@pytest.mark.parametrize("error", [Cancelled(), RuntimeError("out of memory")], ids=repr)
@pytest.mark.parametrize("method", CASES)
def test_broken_off_at_any_turn_it_is_as_before(method: str, error: Exception) -> None:
    make, pictures = CASES[method]
    net = used(Broken(make(), error))
    given = {"starts": 2} if method == "deep-lift-shap" else {}
    expected = explain(net, pictures(), 2, method, **given).values
    before, own = state(net), [dict(vars(module)) for module in net.net.modules()]
    turns, came_out = net.turns, 0
    for net.left in range(turns):
        net.turns = 0
        try:  # passes that only look where a layer's tokens lie do without
            explain(net, pictures(), 2, method, **given)
        except XaiError:
            came_out += 1
        assert_as_found(net, dict(before))
        assert [vars(module).keys() for module in net.net.modules()] == [o.keys() for o in own]
        assert not any("forward" in vars(module) for module in net.modules())
    assert came_out >= 3  # forward and back: one of them serves the target, too
    net.left = None
    np.testing.assert_array_equal(explain(net, pictures(), 2, method, **given).values, expected)
