"""A model comes back as it was found: after success, a cancel, a failure."""

from __future__ import annotations

import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from tests.attribution.nets import NETS, layered, pictures
from tests.attribution.settings import DEFINED, ON_CONVOLUTIONS, fast
from tests.dose import dose, pairs
from xai_core.attribution.explanation import explain
from xai_core.attribution.layers.inner_output import ending_at
from xai_core.attribution.methods.base import METHODS
from xai_core.base.borrow import borrowed
from xai_core.base.errors import Cancelled, MethodError, ModelError
from xai_core.base.target import Target
from xai_core.models.vision_libraries import vision_library

HOOKS = ("_forward_hooks", "_forward_pre_hooks", "_backward_hooks", "_backward_pre_hooks")


def state(net: nn.Module) -> dict[str, Any]:
    """All that a borrower could have changed, copied."""
    return {
        "weights": {name: value.clone() for name, value in net.state_dict().items()},
        "identity": [id(parameter) for parameter in net.parameters()],
        "modes": [module.training for module in net.modules()],
        "required": [parameter.requires_grad for parameter in net.parameters()],
        "grads": [None if p.grad is None else p.grad.clone() for p in net.parameters()],
        "hooks": [len(getattr(m, kind, ())) for m in net.modules() for kind in HOOKS],
        "enabled": torch.is_grad_enabled(),
    }


def assert_as_found(net: nn.Module, before: dict[str, Any]) -> None:
    after = state(net)
    assert before.keys() == after.keys()
    for name, value in before.pop("weights").items():
        assert torch.equal(value, after["weights"][name]), name
    for old, new in zip(before.pop("grads"), after["grads"], strict=True):
        assert (old is None and new is None) or torch.equal(old, new)
    assert before == {key: after[key] for key in before}


def used(net: nn.Module) -> nn.Module:
    """The net in the middle of a training: modes mixed, gradients there, some weights fixed."""
    net.train()
    children = list(net.children())
    if children:
        children[0].eval()
    for index, parameter in enumerate(net.parameters()):
        parameter.requires_grad_(index % 2 == 0)
        parameter.grad = torch.full_like(parameter, 3.0)
    return net


@pytest.mark.parametrize(("method", "name"), DEFINED)
def test_after_success(method, name):
    net = used(NETS[name]())
    before = state(net)
    explain(net, pictures(2), 1, method, **fast(method))
    assert_as_found(net, before)


@pytest.mark.parametrize(("which", "after"), pairs(DEFINED, [1, 2, 3]))
def test_after_a_cancel(which, after):
    method, name = which
    net = used(NETS[name]())
    before = state(net)
    calls = []

    def stop(done: int, total: int) -> None:
        calls.append(done)
        if len(calls) == after:
            raise Cancelled

    with pytest.raises(Cancelled):
        explain(net, pictures(3), 1, method, batch_size=1, progress=stop, **fast(method))
    assert_as_found(net, before)


class Averaging(nn.Module):
    """Keeps a mean by putting a new tensor in the place of the old one."""

    def __init__(self) -> None:
        super().__init__()
        self.net = layered()
        self.register_buffer("mean", torch.zeros(1, 5))

    def forward(self, x: Tensor) -> Tensor:
        found = self.net(x)
        self.mean = 0.9 * self.mean + 0.1 * found.detach().mean(0, keepdim=True)
        return found


def test_a_buffer_that_a_pass_puts_another_in_the_place_of_is_back() -> None:
    net = used(Averaging())
    before, own = state(net), net.mean
    explain(net, pictures(), 1, "saliency")
    assert_as_found(net, before)
    assert net.mean is own


class Fragile(nn.Module):
    """Breaks in the middle of its n-th forward pass, and of all later ones."""

    def __init__(self, breaks_at: int) -> None:
        super().__init__()
        self.net = layered()
        self.left = breaks_at

    def forward(self, x: Tensor) -> Tensor:
        features = self.net[:4](x)
        self.left -= 1
        if self.left <= 0:
            raise RuntimeError("out of memory")
        return self.net[4:](features)


@pytest.mark.parametrize("method", METHODS.names())
@pytest.mark.parametrize("breaks_at", dose((1, 2, 3, 6), range(1, 8)))
def test_after_a_failure(method, breaks_at):
    net = used(Fragile(breaks_at))
    before = state(net)
    with suppress(MethodError, ModelError):
        explain(net, pictures(2), 1, method, batch_size=1, **fast(method))
        assert net.left > 0
    assert_as_found(net, before)


def test_inputs_are_not_written_to():
    inputs = pictures(2)
    kept = inputs.copy()
    for method in ON_CONVOLUTIONS:
        explain(NETS["in-place"](), inputs, 1, method, **fast(method))
        assert (inputs == kept).all(), method


def tokens() -> nn.Module:
    models = vision_library("torchvision.models.vision_transformer")
    torch.manual_seed(0)
    net = models.VisionTransformer(12, 4, 2, 2, 8, 16, num_classes=5)
    nn.init.normal_(net.heads.head.weight)
    return net.eval()


@pytest.mark.parametrize(("method", "make"), [("lrp", layered), ("legrad", tokens)])
def test_threads_take_turns_with_one_model_and_not_with_another(method, make):
    """LRP changes weights while it has a model, and LeGrad functions of torch."""
    nets, x = (make(), make()), np.repeat(pictures()[:, :, :, :1], 12, 3)
    before = [state(net) for net in nets]
    asked = [(net, name) for net in nets for name in (method, "saliency")]
    alone = [explain(net, x, 1, name).values for net, name in asked]
    usual = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    try:
        with ThreadPoolExecutor(4) as pool:
            found = list(pool.map(lambda one: explain(one[0], x, 1, one[1]).values, asked * 4))
    finally:
        sys.setswitchinterval(usual)
    for one, other in zip(found, alone * 4, strict=True):
        assert np.array_equal(one, other)
    for net, found_before in zip(nets, before, strict=True):
        assert_as_found(net, found_before)


def test_what_ends_at_a_layer_is_the_same_model_to_other_threads() -> None:
    net = layered()
    ends = ending_at(net, Target("neuron", {"layer": "0"}))

    def taken() -> bool:
        with borrowed(ends):
            return True

    with ThreadPoolExecutor(1) as pool:
        with borrowed(net):
            assert taken()  # whoever has it may have both
            other = pool.submit(taken)
            with pytest.raises(TimeoutError):
                other.result(0.05)
        assert other.result(5)
