"""Guided Backprop and Deconvolution find every rectifier, and give the papers' gradients."""

from __future__ import annotations

import warnings

import numpy as np
import pytest
import torch
import torch.nn.functional as F  # noqa: N812 - its usual name
from captum.attr import Deconvolution, GuidedBackprop
from torch import nn

from tests import reference
from tests.attribution.nets import Reused, functional, layered, pictures
from xai_core.attribution.explanation import explain
from xai_core.attribution.passes.rectifiers import (
    DeconvRectifiers,
    GuidedRectifiers,
    RectifierCount,
)

SLOW = {"guided-backprop": reference.GuidedReLU, "deconvolution": reference.DeconvReLU}
CAPTUM = {"guided-backprop": GuidedBackprop, "deconvolution": Deconvolution}
RULES = {"guided-backprop": GuidedRectifiers, "deconvolution": DeconvRectifiers}

ZERO = torch.zeros(())
RECTIFIERS = {
    "nn.ReLU": nn.ReLU(),
    "nn.ReLU in place": nn.ReLU(inplace=True),
    "F.relu": F.relu,
    "F.relu in place": lambda x: F.relu(x, inplace=True),
    "F.relu_": F.relu_,
    "torch.relu": torch.relu,
    "torch.relu_": torch.relu_,
    "Tensor.relu": lambda x: x.relu(),
    "Tensor.relu_": lambda x: x.relu_(),
    "aten": torch.ops.aten.relu.default,
    "F.threshold": lambda x: F.threshold(x, 0, 0),
    "nn.Threshold": nn.Threshold(0, 0),
    "clamp": lambda x: x.clamp(min=0),
    "clamp_": lambda x: x.clamp_(0),
    "clip": lambda x: torch.clip(x, 0),
    "clamp_min": lambda x: torch.clamp_min(x, 0.0),
    "maximum": lambda x: torch.maximum(ZERO, x),
    "max": lambda x: torch.max(x, ZERO),
}
BOUNDED = {
    "nn.ReLU6": nn.ReLU6(),
    "nn.ReLU6 in place": nn.ReLU6(inplace=True),
    "F.relu6": F.relu6,
    "F.hardtanh": lambda x: F.hardtanh(x, 0, 6),
    "F.hardtanh_": lambda x: F.hardtanh_(x, min_val=0.0, max_val=6.0),
    "clamp": lambda x: x.clamp(0, 6),
    "aten": lambda x: torch.ops.aten.hardtanh.default(x, 0, 6),
}
OTHERS = {
    "leaky": F.leaky_relu,
    "gelu": F.gelu,
    "silu": F.silu,
    "elu": F.elu,
    "hardtanh": F.hardtanh,
    "threshold at 1": lambda x: F.threshold(x, 1, 0),
    "clamp at -1": lambda x: x.clamp(-1, 6),
    "clamp above": lambda x: x.clamp(max=6),
    "max over an axis": lambda x: x.max(0),
    "max of all": lambda x: x.max(),
    "maximum of two": lambda x: torch.maximum(x, x + 1),
    "whole numbers": lambda x: x.long().clamp(min=0),
}


@pytest.mark.parametrize("method", SLOW)
@pytest.mark.parametrize(
    ("rectify", "ceiling"),
    [(call, torch.inf) for call in RECTIFIERS.values()]
    + [(call, 6.0) for call in BOUNDED.values()],
    ids=[*RECTIFIERS, *(f"{name} bounded" for name in BOUNDED)],
)
def test_each_way_to_rectify(method, rectify, ceiling):
    x = torch.linspace(-9, 9, 40, requires_grad=True)
    weights = torch.randn(40, generator=torch.Generator().manual_seed(0))
    with RULES[method]() as seen:
        result = rectify(x * 1)
    (ours,) = torch.autograd.grad(result, x, weights)
    slow = SLOW[method].apply(x, ceiling)
    (plain,) = torch.autograd.grad(slow, x, weights)
    assert seen.count == 1
    assert torch.equal(result, slow)
    assert torch.equal(ours, plain)


@pytest.mark.parametrize("call", OTHERS.values(), ids=OTHERS)
def test_what_is_no_rectifier(call):
    x = torch.linspace(-9, 9, 40, requires_grad=True)
    with RectifierCount() as seen, GuidedRectifiers() as guided, DeconvRectifiers() as deconv:
        call(x)
    assert (seen.count, guided.count, deconv.count) == (0, 0, 0)


@pytest.mark.proof(*CAPTUM, by="Captum", on=("layered",))
@pytest.mark.parametrize("method", CAPTUM)
def test_equal_to_captum_on_relu_layers(method):
    x = torch.from_numpy(pictures(3))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        theirs = CAPTUM[method](layered()).attribute(x.clone(), target=2)
    ours = [explain(layered(), x[i : i + 1].numpy(), 2, method).values for i in range(3)]
    np.testing.assert_allclose(np.concatenate(ours), theirs.detach(), rtol=0, atol=1e-6)
    alone = CAPTUM[method](layered()).attribute(x[:1].clone(), target=2)
    np.testing.assert_array_equal(ours[0], alone.detach())


@pytest.mark.proof(*SLOW, by="a plain version", on=("functional",))
@pytest.mark.parametrize("method", SLOW)
def test_functions_in_place_and_bounded(method):
    slow = SLOW[method].apply
    net = functional(
        lambda x: slow(x, torch.inf), lambda x: slow(x, torch.inf), lambda x: slow(x, 6.0)
    )
    expected = reference.gradient(net, torch.from_numpy(pictures()), 2)
    ours = explain(functional(), pictures(), 2, method).values
    np.testing.assert_allclose(ours, expected, rtol=1e-5, atol=1e-7)
    plain = reference.gradient(functional(), torch.from_numpy(pictures()), 2)
    assert not np.allclose(ours, plain)


@pytest.mark.proof(*SLOW, by="a plain version", on=("Reused",))
@pytest.mark.parametrize("method", SLOW)
def test_a_layer_that_runs_three_times(method):
    torch.manual_seed(0)
    net = Reused().eval()
    ours = explain(net, pictures(), 2, method).values

    class Slow(nn.Module):
        def forward(self, x):
            return SLOW[method].apply(x, 6.0)

    net.act = Slow()
    leaf = torch.from_numpy(pictures()).requires_grad_(True)
    net(leaf)["logits"][0, 2].backward()
    np.testing.assert_allclose(ours, leaf.grad, rtol=1e-5, atol=1e-7)


def test_the_count_names_the_calls():
    with RectifierCount() as seen:
        functional()(torch.from_numpy(pictures()))
    assert seen.count == 3
    assert dict(seen.calls) == {"relu": 2, "relu6": 1}


def test_an_exported_graph_shows_its_rectifiers():
    x = torch.from_numpy(pictures())
    exported = torch.export.export(layered(), (x,)).module()
    ours = explain(exported, pictures(), 2, "guided-backprop").values
    expected = explain(layered(), pictures(), 2, "guided-backprop").values
    np.testing.assert_allclose(ours, expected, rtol=1e-5, atol=1e-7)
