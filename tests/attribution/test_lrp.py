"""LRP against zennit with the canonizers it has by name, and against the rule written plainly."""

from __future__ import annotations

import weakref
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from tests.attribution.nets import _ready, layered, pictures
from xai_core import explain
from xai_core.attribution import remarks
from xai_core.attribution.relevance import conservation
from xai_core.attribution.relevance.library import zennit
from xai_core.attribution.relevance.propagation import _check_score
from xai_core.base.errors import MethodError
from xai_core.maps.recipe import Recipe
from xai_core.models.vision_libraries import vision_library
from xai_core.runs.computation import score
from xai_core.scores.undefined import cause_of
from xai_core.studies.entry import measured

SIDE = 40


def inputs(side: int = SIDE) -> np.ndarray:
    return np.random.default_rng(0).normal(size=(1, 3, side, side)).astype(np.float32)


def resnet() -> nn.Module:
    models = vision_library("torchvision.models.resnet")
    return _ready(models.ResNet(models.Bottleneck, [1, 1, 1, 1], 5, width_per_group=8))


def vgg() -> nn.Module:
    models = vision_library("torchvision.models.vgg")
    layers = models.make_layers([8, "M", 8, "M"], batch_norm=True)
    head = (nn.AdaptiveAvgPool2d(2), nn.Flatten(), nn.Linear(32, 16), nn.ReLU(True))
    return _ready(nn.Sequential(layers, *head, nn.Linear(16, 5)))


def layers() -> nn.Module:
    net = (nn.Conv2d(3, 4, 3), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(4, 5))
    return _ready(nn.Sequential(*net))


def timm(kind: str) -> nn.Module:
    return _ready(vision_library("timm").create_model(kind, num_classes=5))


def by_name(net: nn.Module, canonizer: str, composite: str, bias: bool) -> Tensor:
    """zennit as its own documentation shows it."""
    more = {} if bias else {"zero_params": "bias"}
    if composite == "EpsilonGammaBox":
        x = torch.from_numpy(inputs())
        more |= {"low": x.amin((2, 3), keepdim=True), "high": x.amax((2, 3), keepdim=True)}
    canonizers = [getattr(zennit("torchvision"), canonizer)()]
    rules = getattr(zennit("composites"), composite)(canonizers=canonizers, **more)
    x = torch.from_numpy(inputs()).requires_grad_(True)
    with rules.context(net) as changed:
        output = changed(x)[0, 2]
        return torch.autograd.grad(output, x, output.detach())[0]


NAMES = {
    "epsilon-plus": "EpsilonPlus",
    "alpha-beta": "EpsilonAlpha2Beta1",
    "epsilon-gamma-box": "EpsilonGammaBox",
}


@pytest.mark.proof("lrp", by="zennit", on=("resnet", "vgg"))
@pytest.mark.parametrize(
    ("make", "canonizer"), [(resnet, "ResNetCanonizer"), (vgg, "VGGCanonizer")]
)
@pytest.mark.parametrize("composite", NAMES)
@pytest.mark.parametrize("bias", [True, False])
def test_it_is_zennits_with_the_canonizer_that_fits(
    make: Callable[[], nn.Module],
    canonizer: str,
    composite: str,
    bias: bool,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    if not bias:  # theirs goes by the sign with the bias; see the test of that sign
        rules = zennit("rules")
        monkeypatch.setattr(rules, "NoMod", partial(rules.NoMod, zero_params="bias"))
    theirs = by_name(make(), canonizer, NAMES[composite], bias).numpy()
    net = make()
    before = {name: one.clone() for name, one in net.state_dict().items()}
    ours = explain(net, inputs(), 2, "lrp", composite=composite, bias=bias)
    cosine = (ours.values * theirs).sum() / np.linalg.norm(theirs) / np.linalg.norm(ours.values)
    assert cosine > 0.99  # zennit divides by √(1 + ε) once more in each merged batch norm
    if composite != "epsilon-gamma-box":  # whose denominators come close to zero
        np.testing.assert_allclose(ours.values, theirs, rtol=1e-3, atol=2e-4 * np.abs(theirs).max())
    assert "batch norms merged" in ours.chosen["canonizer"]
    after = net.state_dict()
    assert after.keys() == before.keys()
    assert all(torch.equal(after[name], one) for name, one in before.items())
    assert not any(one._forward_hooks or one._forward_pre_hooks for one in net.modules())
    assert not any(one._backward_hooks for one in net.modules())


@pytest.mark.proof("lrp", by="a plain version", on=("layers",))
@pytest.mark.proof("lrp", by="conservation", on=("layers",))
def test_the_rule_written_plainly() -> None:
    """A convolution, a rectifier, a mean and a linear layer, place by place."""
    net = layers()
    x = pictures()[0].astype(np.float64)
    kernel, shift = (one.detach().double().numpy() for one in net[0].parameters())
    last = net[4].weight.detach().double().numpy()[2]
    score = float(net(torch.from_numpy(pictures()))[0, 2].detach())
    places = [(i, j) for i in range(x.shape[1] - 2) for j in range(x.shape[2] - 2)]
    seen = {p: (kernel * x[:, p[0] : p[0] + 3, p[1] : p[1] + 3]).sum((1, 2, 3)) + shift
            for p in places}  # fmt: skip
    mean = sum(np.maximum(one, 0) for one in seen.values()) / len(places)
    share = mean * last / (mean * last).sum() * score
    expected = np.zeros_like(x)
    for (i, j), one in seen.items():
        arrives = np.maximum(one, 0) / (mean * len(places)) * share
        for k in range(4):
            parts = kernel[k] * x[:, i : i + 3, j : j + 3]
            parts = np.maximum(parts, 0)
            if parts.sum():
                expected[:, i : i + 3, j : j + 3] += parts / parts.sum() * arrives[k]
    found = explain(net, pictures(), 2, "lrp")
    np.testing.assert_allclose(found.values[0], expected, atol=2e-4 * np.abs(expected).max())
    assert conservation.shares_of(found) == [pytest.approx(1.0, abs=1e-3)]


def test_gamma_goes_by_the_sign_of_what_the_inputs_give() -> None:
    """z = 4a − 5a, so that z + γz⁺ is next to 0; the output is positive through its bias alone."""
    first, second = nn.Conv2d(3, 2, 1, bias=False), nn.Conv2d(2, 1, 1)
    first.weight.data[:] = torch.tensor([1.0, 0, 0])[None, :, None, None]
    second.weight.data[:] = torch.tensor([4.0, -5.0])[None, :, None, None]
    second.bias.data[:] = 3.0  # type: ignore[union-attr]
    net = nn.Sequential(first, nn.ReLU(), second, nn.AdaptiveAvgPool2d(1), nn.Flatten()).eval()
    x = np.random.default_rng(0).uniform(0.9, 1.1, (1, 3, 6, 6)).astype(np.float32)
    found = explain(net, x, None, "lrp", composite="epsilon-gamma-box")
    assert conservation.shares_of(found) == [pytest.approx(1.0, abs=0.05)]
    assert np.abs(found.values).sum() < 10 * float(net(torch.from_numpy(x)).detach())


class Gated(nn.Module):
    """A squeeze and an excitation beside a branch, all of it in functions."""

    def __init__(self) -> None:
        super().__init__()
        self.first, self.second = nn.Conv2d(3, 6, 3, padding=1), nn.Conv2d(6, 6, 3, padding=1)
        self.norm, self.squeeze, self.head = nn.BatchNorm2d(6), nn.Linear(6, 6), nn.Linear(6, 5)

    def forward(self, x: Tensor) -> Tensor:
        x = nn.functional.relu(self.first(x))
        gate = torch.sigmoid(self.squeeze(x.mean((2, 3))))[:, :, None, None]
        x = nn.functional.relu(self.norm(self.second(x)) * gate + x, inplace=True)
        return self.head(x.mean((2, 3)))


@pytest.mark.proof("lrp", by="conservation", on=("resnet10t", "Gated"))
def test_blocks_keep_the_relevance() -> None:
    """Of timm's a batch norm holds the activation; a gate takes none, a sum shares it out."""
    found = explain(timm("resnet10t"), inputs(64), 2, "lrp")
    assert conservation.shares_of(found) == [pytest.approx(1.0, abs=0.05)]
    assert "% of the score" in remarks.told(found)
    assert not conservation.unranked(found)
    gated = explain(_ready(Gated()), inputs(16), 2, "lrp")
    assert gated.chosen["canonizer"] == "1 batch norms merged, 1 sums shared out, 1 gates passed"
    assert conservation.shares_of(gated) == [pytest.approx(1.0, abs=0.05)]


def test_what_is_lost_is_told_and_not_ranked() -> None:
    net = layered()
    kept = explain(net, pictures(), 2, "lrp")
    chosen = {**kept.chosen, conservation.ARRIVED: 0.4 * kept.chosen[conservation.GIVEN]}
    lost = replace(kept, chosen=chosen)
    assert "40% of the score" in remarks.told(lost)
    assert "not ranked" in remarks.brief(lost)
    quantus = SimpleNamespace(score=lambda maps, metric: np.ones(len(maps)))
    scores = score(quantus, {"kept": kept, "lost": lost}, Recipe())
    assert scores["kept"].after == 1
    assert np.isnan([scores["lost"].raw, scores["lost"].after]).all()
    assert "not ranked" in cause_of(lost, kept.values[:, 0])
    assert np.isnan(measured(lost, Recipe()).raw)
    assert np.isfinite(measured(kept, Recipe()).raw)
    allowed = replace(lost, parameters={**lost.parameters, conservation.ALLOWED: 1.0})
    assert not conservation.fails(allowed)


def test_attention_has_no_rule() -> None:
    vit = vision_library("timm.models.vision_transformer").VisionTransformer
    net = vit(img_size=32, patch_size=8, embed_dim=12, depth=1, num_heads=2, num_classes=5)
    with pytest.raises(MethodError, match="attention"):
        explain(net.eval(), inputs(32), 1, "lrp")


def test_the_box_is_the_declared_range() -> None:
    from xai_core.attribution.context import Context
    from xai_core.base.input_spec import InputSpec

    model = SimpleNamespace(input_spec=InputSpec(mean=(0.5,) * 3, std=(0.25,) * 3))
    context = Context(model, inputs())  # type: ignore[arg-type]
    context.tensor = torch.from_numpy(inputs())
    assert context.span == ((-2.0,) * 3, (2.0,) * 3)


@pytest.mark.parametrize(
    "made", [nn.utils.parametrizations.weight_norm, nn.utils.parametrizations.spectral_norm]
)
def test_weights_that_are_made_anew_are_refused(made: Callable[[nn.Module], nn.Module]) -> None:
    net = layered()
    made(net[3])
    with pytest.raises(MethodError, match="made anew in each pass"):
        explain(net, pictures(), 2, "lrp")


def test_a_score_near_zero_is_the_same_up_to_the_largest_one() -> None:
    """What joining a batch norm rounds is small beside the other scores, not beside this one."""
    net = layered()
    with torch.no_grad():
        net[-1].bias[2] -= net(torch.from_numpy(pictures()))[0, 2]
        net[-1].weight[0] *= 1000
    found = explain(net, pictures(), 2, "lrp")
    assert abs(found.chosen[conservation.GIVEN]) < 1e-5
    watch = SimpleNamespace(ran=[net[0]], pairs=[(net[0], net[1])])
    _check_score(1e-6, 1e-4, 1.0, watch)
    with pytest.raises(MethodError, match="joined to the layers"):
        _check_score(1e-6, 1e-4, 0.01, watch)


class Rounded(nn.Module):
    """A network in half precision."""

    def __init__(self) -> None:
        super().__init__()
        self.net = layered().bfloat16()

    def forward(self, x: Tensor) -> Tensor:
        return self.net(x.bfloat16())


class Drawn(nn.Module):
    """A network that draws random numbers."""

    def __init__(self) -> None:
        super().__init__()
        self.first, self.head = nn.Conv2d(3, 6, 3), nn.Linear(6, 5)

    def forward(self, x: Tensor) -> Tensor:
        return self.head(nn.functional.dropout(self.first(x).mean((2, 3)), 0.5))


def test_another_score_in_the_second_pass_is_told_by_its_cause() -> None:
    assert np.isfinite(explain(Rounded(), pictures(), 2, "lrp").values).all()
    with pytest.raises(MethodError, match="draws random numbers"):
        explain(_ready(Drawn()), pictures(), 2, "lrp")


def test_one_less_a_signal_keeps_the_relevance() -> None:
    class Inverted(Drawn):
        def forward(self, x: Tensor) -> Tensor:
            return self.head(1 - torch.sigmoid(self.first(x)).mean((2, 3)))

    found = explain(_ready(Inverted()), pictures(), 2, "lrp")
    assert conservation.shares_of(found) == [pytest.approx(1.0, abs=0.05)]


def test_what_comes_from_biases_alone_is_told_as_the_cause() -> None:
    """A depthwise convolution of negative weights: no pixel raises what it gives."""
    net = _ready(
        nn.Sequential(nn.Conv2d(3, 4, 3), nn.ReLU(), nn.Conv2d(4, 4, 3, groups=4), nn.ReLU(),
                      nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(4, 5))
    )  # fmt: skip
    with torch.no_grad():
        net[2].weight.copy_(-net[2].weight.abs() / 100)
        net[2].bias.fill_(1.0)
    found = explain(net, pictures(), 2, "lrp")
    assert found.chosen[conservation.KEPT] == pytest.approx(found.chosen[conservation.GIVEN], 1e-4)
    assert "100% of the score comes from biases alone" in remarks.told(found)
    assert conservation.unranked(found).endswith("Choose another method.")
    kept = explain(layered(), pictures(), 2, "lrp")
    assert kept.chosen[conservation.KEPT] == pytest.approx(0.0, abs=1e-3)


@pytest.mark.parametrize("method", ["lrp", "saliency"])
def test_the_pass_that_finds_the_target_is_the_one_that_looks(method: str) -> None:
    net, passes = layered(), []
    handle = net.register_forward_hook(lambda *_: passes.append(1))
    explain(net, pictures(), 2, method)
    handle.remove()
    assert len(passes) == 2


def test_the_graph_of_the_pass_that_looks_is_gone_before_the_next() -> None:
    seen: list[weakref.ref[Tensor]] = []
    alive: list[bool] = []
    net = layered()

    def remember(_: nn.Module, __: object, output: Tensor) -> None:
        alive.extend(one() is not None for one in seen)
        seen.append(weakref.ref(output))

    handle = net[0].register_forward_hook(remember)
    explain(net, pictures(), 2, "lrp")
    handle.remove()
    assert alive[0] is False
