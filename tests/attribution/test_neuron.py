"""A neuron inside the network as the target: Captum's neuron gradients, and what cannot be said."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pytest
import torch
from captum.attr import (
    NeuronDeepLift,
    NeuronGradient,
    NeuronGuidedBackprop,
    NeuronIntegratedGradients,
)
from torch import Tensor, nn

from xai_core import Target, assess, explain
from xai_core.attribution.batches.explaining import Batches
from xai_core.attribution.relevance import conservation
from xai_core.base.errors import InputError, MethodError, ModelError, XaiError
from xai_core.models.vision_libraries import vision_library

X = np.random.default_rng(2).normal(size=(2, 3, 32, 32)).astype(np.float32)
RESNET, VIT = NAMES = "resnet10t", "vit_tiny_patch16_224"
LAYERS = {RESNET: "layer2.0.conv1", VIT: "blocks.2.mlp.fc1"}


@cache
def net(name: str) -> nn.Module:
    torch.manual_seed(1)
    size = {"img_size": 32, "patch_size": 8, "depth": 4} if name == VIT else {}
    return vision_library("timm").create_model(name, num_classes=7, **size).eval()


def neuron(name: str, unit: str = "", reducer: str = "sum", **more: Any) -> Target:
    return Target("neuron", {"layer": LAYERS[name], "unit": unit, "reducer": reducer, **more})


def same(ours: np.ndarray, theirs: Tensor) -> None:
    theirs = theirs.detach().numpy()
    np.testing.assert_allclose(ours, theirs, rtol=1e-3, atol=1e-5 * np.abs(theirs).max())


@pytest.mark.proof("saliency", by="Captum", on=NAMES)
@pytest.mark.parametrize(
    ("name", "unit", "selector"),
    [
        (RESNET, "5,2,3", (5, 2, 3)),
        (RESNET, "5", (5, slice(None), slice(None))),
        (RESNET, "2:6,:,1", (slice(2, 6), slice(None), 1)),
        (VIT, "3,17", (3, 17)),
        (VIT, "1:5,-1", (slice(1, 5), -1)),
    ],
)
def test_the_gradient_is_captums(name: str, unit: str, selector: Any) -> None:
    x, model = torch.from_numpy(X), net(name)
    layer = model.get_submodule(LAYERS[name])
    theirs = NeuronGradient(model, layer).attribute(x, selector)
    found = explain(model, X, neuron(name, unit), "saliency", absolute=False)
    same(found.values, theirs)


def test_what_goes_into_a_layer_is_captums() -> None:
    model, at = net(RESNET), (slice(0, 3), 1, 2)
    captum = NeuronGradient(model, model.get_submodule(LAYERS[RESNET]))
    theirs = captum.attribute(torch.from_numpy(X), at, attribute_to_neuron_input=True)
    target = neuron(RESNET, "0:3,1,2", of_input=True)
    same(explain(model, X, target, "saliency", absolute=False).values, theirs)


@pytest.mark.proof("integrated-gradients", by="Captum", on=NAMES)
@pytest.mark.proof("guided-backprop", "deep-lift", by="Captum", on=("resnet10t",))
@pytest.mark.parametrize("name", [RESNET, VIT])
def test_other_methods_explain_it_as_captum_does(name: str) -> None:
    x, model, unit = torch.from_numpy(X[:1]), net(name), "5,2,3" if name == RESNET else "3,17"
    layer, at = model.get_submodule(LAYERS[name]), tuple(map(int, unit.split(",")))
    theirs = NeuronIntegratedGradients(model, layer).attribute(x, at, 0 * x, n_steps=20)
    ours = explain(model, X[:1], neuron(name, unit), "integrated-gradients", n_steps=20)
    same(ours.values, theirs)
    assert ours.explained[0].sentence == f"neuron {unit} of layer {LAYERS[name]}"
    assert ours.target == (None,)
    if name == RESNET:
        theirs = NeuronGuidedBackprop(model, layer).attribute(x, at)
        same(explain(model, X[:1], neuron(name, unit), "guided-backprop").values, theirs)
        theirs = NeuronDeepLift(model, layer).attribute(x, at, 0 * x)
        same(explain(model, X[:1], neuron(name, unit), "deep-lift").values, theirs)


def test_maximum_and_mean_and_any_method() -> None:
    model, layer = net(RESNET), LAYERS[RESNET]
    seen: list[Tensor] = []
    handle = model.get_submodule(layer).register_forward_hook(lambda *a: seen.append(a[2]))
    leaf = torch.from_numpy(X[:1]).requires_grad_(True)
    model(leaf)
    handle.remove()
    (theirs,) = torch.autograd.grad(seen[0][0, 4].max(), leaf)
    found = explain(model, X[:1], neuron(RESNET, "4", "max"), "saliency", absolute=False)
    same(found.values, theirs)
    found = explain(model, X[:1], neuron(RESNET, "4", "mean"), "occlusion", window=8)
    assert found.values.any()
    noisy = neuron(RESNET, "4,1,1")
    few = {"smoothgrad": {"m": 2}, "fusiongrad": {"m": 2, "n": 2}, "grad-cam": {}, "lrp": {}}
    for method, given in few.items():
        found = explain(model, X[:1], noisy, method, **given)
        assert found.values.any(), method
        assert not conservation.fails(found)


def test_in_batches_as_alone() -> None:
    target = neuron(RESNET, "5")
    methods = {"saliency": {}, "grad-cam": {}, "guided-backprop": {}, "finer-cam": {}}
    found = Batches(net(RESNET)).explain(X, methods, target)
    for row, maps in enumerate(found):
        for name in ("saliency", "grad-cam", "guided-backprop"):
            alone = explain(net(RESNET), X[row : row + 1], target, name)
            np.testing.assert_allclose(maps[name].values, alone.values, rtol=1e-3, atol=1e-5)
        assert "no class of several" in maps["finer-cam"].cause


def test_what_cannot_be_said_is_told() -> None:
    model = net(RESNET)
    late = neuron(RESNET, "5")
    with pytest.raises(MethodError, match="does not depend on the layer 'layer3"):
        explain(model, X, late, "grad-cam", layer="layer3.0.conv2")
    with pytest.raises(MethodError, match="follows the model to its end"):
        explain(net(VIT), X, neuron(VIT, "3,17"), "legrad")
    with pytest.raises(MethodError, match="out of sight"):
        explain(torch.jit.trace(model, torch.from_numpy(X)), X, late, "saliency")
    wrong: list[tuple[dict[str, Any], type[XaiError], str]] = [
        ({"layer": ""}, InputError, "no layer yet"),
        ({"layer": "layer2.0.konv1"}, InputError, "Did you mean layer2.0.conv1"),
        ({"unit": "500"}, InputError, "has no unit '500'"),
        ({"unit": "1,2,3,4"}, InputError, "has 4 indices"),
        ({"unit": "a"}, InputError, "is given as 5"),
    ]
    for given, kind, message in wrong:
        with pytest.raises(kind, match=message):
            explain(model, X, Target("neuron", {"layer": LAYERS[RESNET], **given}), "saliency")
    graph = nn.Sequential(nn.Flatten())
    graph[0].register_module("held", nn.Linear(2, 2))  # as an exported graph keeps its weights
    with pytest.raises(ModelError, match=r"^The layer '0\.held' does not run, or gives no tensor"):
        explain(graph, X[:1], Target("neuron", {"layer": "0.held", "unit": "0"}), "saliency")
    with pytest.raises(InputError, match="different layers"):
        explain(model, X, [late, None], "saliency")


def test_the_verdict_is_of_the_neuron() -> None:
    model = net(RESNET)
    verdict = assess(model, X[:1], neuron(RESNET, "5,2,3"))
    assert verdict.level == "ready"
    assert verdict.evidence["explained"] == f"neuron 5,2,3 of layer {LAYERS[RESNET]}"
    assert verdict.evidence["finite_difference_cosine"] > 0.99
    assert "forward" not in vars(model)


class InTuple(nn.Module):
    """A layer that gives its map in a tuple, which the network writes over."""

    def __init__(self) -> None:
        super().__init__()
        self.branch = Pairing()
        self.head = nn.Linear(4, 3)

    def forward(self, x: Tensor) -> Tensor:
        features, _ = self.branch(x)
        features.mul_(0.0).add_(1.0)
        return self.head(features.mean((2, 3)))


class Pairing(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(3, 4, 3)

    def forward(self, x: Tensor) -> tuple[Tensor, None]:
        return self.conv(x), None


def test_what_a_layer_gave_in_a_tuple_is_not_written_over() -> None:
    model, x = InTuple().eval(), X[:1, :, :6, :6]
    target = Target("neuron", {"layer": "branch", "unit": "1,2,2"})
    found = explain(model, x, target, "saliency", absolute=False)
    weights = model.branch.conv.weight.detach().numpy()
    np.testing.assert_allclose(found.values[0, :, 2:5, 2:5], weights[1], rtol=1e-5)
