"""A model on random weights: which ones, always the same, and its own ones back."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import nn

from tests.attribution.nets import NETS, layered, pictures
from tests.attribution.test_borrowing import assert_as_found, state, used
from xai_core.attribution.explanation import explain
from xai_core.attribution.random_weights import randomised
from xai_core.base.errors import Cancelled, InputError, MethodError

WEIGHTED = [name for name in NETS if name != "bare"]


def copied(net: nn.Module) -> list[torch.Tensor]:
    return [one.detach().clone() for one in net.parameters()]


@pytest.mark.parametrize("name", WEIGHTED)
@pytest.mark.parametrize("error", [None, Cancelled, RuntimeError])
def test_the_model_comes_back_bit_for_bit(name, error):
    net = used(NETS[name]())
    before = state(net)

    def borrow() -> None:
        with randomised(net, 3):
            assert any(
                not torch.equal(value, before["weights"][key])
                for key, value in net.state_dict().items()
            )
            if error is not None:
                raise error

    if error is None:
        borrow()
    else:
        with pytest.raises(error):
            borrow()
    assert_as_found(net, before)


def test_the_last_tensors_are_permuted_and_the_first_stay():
    net = layered()
    own = copied(net)
    with randomised(net, share=0.5):
        other = copied(net)
    changed = [not torch.equal(a, b) for a, b in zip(own, other, strict=True)]
    assert changed == sorted(changed)
    assert not changed[0]
    for a, b in zip(own, other, strict=True):
        assert torch.equal(a.flatten().sort().values, b.flatten().sort().values)
    moved = sum(a.numel() for a, c in zip(own, changed, strict=True) if c)
    assert moved >= 0.5 * sum(a.numel() for a in own)


@pytest.mark.parametrize("share", [0.01, 0.4, 1.0])
def test_at_least_the_share_and_no_tensor_more(share):
    sizes = [1000, 300, 200, 500]
    net = nn.ParameterList(nn.Parameter(torch.arange(float(size))) for size in sizes)
    with randomised(net, share=share):
        changed = [bool((one != torch.arange(float(len(one)))).any()) for one in net]
    needed = next(k for k in range(1, 5) if sum(sizes[-k:]) >= share * sum(sizes))
    assert changed == [False] * (4 - needed) + [True] * needed


def test_the_seed_decides():
    net = layered()
    draws = []
    for seed in (0, 0, 1):
        with randomised(net, seed):
            draws.append(torch.cat([one.flatten() for one in copied(net)]))
    assert torch.equal(draws[0], draws[1])
    assert not torch.equal(draws[0], draws[2])


def test_a_shared_parameter_stays_shared():
    net = nn.Sequential(nn.Linear(6, 6), nn.ReLU(), nn.Linear(6, 6))
    net[2].weight = net[0].weight
    own = net[0].weight.detach().clone()
    with randomised(net, share=1.0):
        assert net[2].weight is net[0].weight
        assert torch.equal(net[0].weight.flatten().sort().values, own.flatten().sort().values)
    assert torch.equal(net[2].weight, own)


def test_a_linear_model_has_its_random_weights_as_its_gradient():
    net = nn.Sequential(nn.Flatten(), nn.Linear(3 * 12 * 10, 2, bias=False))
    with randomised(net, 5):
        got = explain(net, pictures(), 1, "saliency", absolute=False).values
        weights = net[1].weight.detach().clone()
    np.testing.assert_array_equal(got.ravel(), weights[1].numpy())
    assert not np.array_equal(got.ravel(), net[1].weight[1].detach().numpy())


def test_a_model_without_weights_says_so():
    with pytest.raises(MethodError) as caught, randomised(NETS["bare"]()):
        pass
    assert caught.value.code == "no-float-parameters"


@pytest.mark.parametrize("share", [0.0, -1.0, 1.5])
def test_a_share_outside_its_range_is_refused(share):
    with pytest.raises(InputError, match="share"), randomised(layered(), share=share):
        pass
