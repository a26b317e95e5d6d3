"""The family of Grad-CAM against torch-cam, and against each formula written slowly.

torch-cam's Grad-CAM++ is no oracle: what it divides is a copy, so that its α are not those of the
paper (torchcam 0.5.0, `GradCAMpp._get_weights`). HiResCAM, Eigen-CAM and Ablation-CAM it has not.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from importlib.metadata import files
from pathlib import Path

import numpy as np
import pytest
import torch
import torch.nn.functional as F  # noqa: N812 - its usual name
from torch import nn
from torchcam import methods as theirs

from tests.attribution import reference_cams as slow
from tests.attribution.nets import NETS, functional, layered, pictures
from tests.attribution.test_tokens import transformer
from xai_core import assess
from xai_core.attribution.explanation import explain
from xai_core.attribution.probe import probe
from xai_core.base.errors import MethodError
from xai_core.base.target import Target
from xai_core.models.loading import load_model
from xai_core.models.vision_libraries import vision_library

BY_GRADIENT = {
    "grad-cam++": slow.plus_plus,
    "xgrad-cam": slow.xgrad,
    "hires-cam": slow.hires,
    "layer-cam": slow.layered,
}
ORACLES = {
    "xgrad-cam": theirs.XGradCAM,
    "layer-cam": theirs.LayerCAM,
    "score-cam": theirs.ScoreCAM,
    "finer-cam": theirs.FinerCAM,
}
Score = Callable[[torch.Tensor], torch.Tensor]
zoo = vision_library("torchvision.models")
# Layers of two networks; the next step of the second works in place on it.
PLACES = [(layered, "0"), (layered, "2"), (layered, "3"), (functional, "second")]
FAMILY = (*BY_GRADIENT, "score-cam", "ablation-cam", "eigen-cam", "finer-cam")


def x(side: int = 0) -> torch.Tensor:
    if not side:
        return torch.from_numpy(pictures())
    return torch.from_numpy(np.random.default_rng(0).normal(size=(1, 3, side, side))).float()


def shufflenet() -> nn.Module:
    torch.manual_seed(0)
    return zoo.shufflenet_v2_x0_5(num_classes=7).eval()


@cache
def text_direction() -> nn.Module:
    """A real classifier with its weights: which way up a line of text is."""
    name = "ch_ppocr_mobile_v2.0_cls_infer.onnx"
    (path,) = [one for one in files("rapidocr-onnxruntime") or () if one.name == name]
    found = load_model(Path(str(path.locate()))).module
    assert found is not None
    return found


def inside(
    net: nn.Module, layer: str, inputs: torch.Tensor, explained: Score = lambda scores: scores[1]
) -> tuple[np.ndarray, np.ndarray]:
    """A layer's values and the slope of what is explained at them, `[K, h, w]`."""
    kept: list[torch.Tensor] = []

    def keep(_: nn.Module, __: object, output: torch.Tensor) -> torch.Tensor:
        kept.append(output)
        return output.clone()  # the next layer works in place

    handle = net.get_submodule(layer).register_forward_hook(keep)
    score = explained(net(inputs.clone().requires_grad_(True))[0])
    handle.remove()
    (slope,) = torch.autograd.grad(score, kept[0])
    return tuple(one.detach()[0].double().numpy() for one in (kept[0], slope))  # type: ignore[return-value]


def large(signed: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    cam = torch.from_numpy(signed)[None, None].clamp_min(0).float()
    return F.interpolate(cam, size=size, mode="bilinear", align_corners=False).numpy()


def same(found: np.ndarray, expected: np.ndarray, rtol: float = 1e-3) -> None:
    assert expected.any()
    np.testing.assert_allclose(found, expected, atol=rtol * np.abs(expected).max())


@pytest.mark.proof(*BY_GRADIENT, by="a plain version", on=("layered", "functional"))
@pytest.mark.parametrize("method", BY_GRADIENT)
@pytest.mark.parametrize(("make", "layer"), PLACES)
def test_the_formula(method: str, make: Callable[[], nn.Module], layer: str) -> None:
    net = make()
    expected = large(BY_GRADIENT[method](*inside(net, layer, x())), (12, 10))
    same(explain(net, pictures(), 1, method, layer=layer).values, expected)


@pytest.mark.proof("eigen-cam", by="a plain version", on=("layered", "functional"))
@pytest.mark.parametrize(("make", "layer"), PLACES[1:])
def test_eigen_cam_is_the_formula_for_every_class(
    make: Callable[[], nn.Module], layer: str
) -> None:
    net = make()
    expected = large(slow.eigen(inside(net, layer, x())[0]), (12, 10))
    for target in (0, 1):
        same(explain(net, pictures(), target, "eigen-cam", layer=layer).values, expected)


@pytest.mark.proof("finer-cam", by="a plain version", on=("layered", "functional"))
@pytest.mark.parametrize(("make", "layer"), PLACES)
def test_finer_cam_is_the_formula(make: Callable[[], nn.Module], layer: str) -> None:
    """Grad-CAM of the class less γ times the mean of those next to it: equations 4 to 6."""
    net = make()
    with torch.no_grad():
        scores = net(x())[0].tolist()
    near = sorted((abs(one - scores[1]), place) for place, one in enumerate(scores) if place != 1)

    def apart(scores: torch.Tensor) -> torch.Tensor:
        return scores[1] - 0.8 * (scores[near[0][1]] + scores[near[1][1]]) / 2

    values, slope = inside(net, layer, x(), apart)
    expected = large((slope.mean((1, 2), keepdims=True) * values).sum(0), (12, 10))
    given = {"layer": layer, "similar": 2, "gamma": 0.8}
    same(explain(net, pictures(), 1, "finer-cam", **given).values, expected)


@pytest.mark.proof("ablation-cam", by="a plain version", on=("layered", "functional"))
@pytest.mark.parametrize(("make", "layer"), PLACES)
def test_ablation_cam_is_the_formula(make: Callable[[], nn.Module], layer: str) -> None:
    net = make()

    def score(values: np.ndarray) -> float:
        given = torch.from_numpy(values).float()[None]
        handle = net.get_submodule(layer).register_forward_hook(lambda *_: given)
        found = net(x()).double()[0, 1].item()
        handle.remove()
        return found

    values = inside(net, layer, x())[0]
    with torch.no_grad():
        expected = large(slow.ablated(values, score), (12, 10))
    same(explain(net, pictures(), 1, "ablation-cam", layer=layer).values, expected)


@pytest.mark.proof("score-cam", by="a plain version", on=("layered",))
def test_score_cam_is_the_formula() -> None:
    net = layered()
    values = inside(net, "2", x())[0]
    masks = []
    for channel in values:
        mask = F.interpolate(torch.from_numpy(channel)[None, None], (12, 10), mode="bilinear")
        low, high = mask.min(), mask.max()
        masks.append(((mask - low) / (high - low) if high > low else 0 * mask).numpy())

    def score(mask: np.ndarray) -> float:
        return net(x() * torch.from_numpy(mask).float()).double()[0, 1].item()

    with torch.no_grad():
        expected = large(slow.scored(values, masks, score), (12, 10))
    same(explain(net, pictures(), 1, "score-cam", layer="2").values, expected)


@pytest.mark.proof(*ORACLES, by="torchcam", on=("shufflenet",))
@pytest.mark.proof("xgrad-cam", "layer-cam", by="torchcam", on=("text_direction",))
@pytest.mark.parametrize(
    ("make", "size", "method"),
    [
        *((shufflenet, (64, 64), name) for name in ORACLES),
        # It ends in a softmax, before which Finer-CAM looks and torch-cam does not; and behind
        # its last feature map, which is negative, Score-CAM is empty.
        *((text_direction, (48, 192), name) for name in ("xgrad-cam", "layer-cam")),
    ],
)
def test_equal_to_torchcam(
    make: Callable[[], nn.Module], size: tuple[int, int], method: str
) -> None:
    net = make()
    inputs = torch.from_numpy(np.random.default_rng(0).normal(size=(1, 3, *size))).float()
    target = 1 if make is shufflenet else Target("probability", {"index": 1})
    layer = "stage2.3" if make is shufflenet else ""
    found = explain(net, inputs.numpy(), target, method, layer=layer)
    at = net.get_submodule(found.chosen["layer"])
    with ORACLES[method](net, at) as oracle:
        cam = oracle(class_idx=1, scores=net(inputs), normalized=False)[0]
    same(found.values, large(cam.detach().double().numpy()[0], size))


@pytest.mark.parametrize("method", FAMILY)
def test_tokens_are_read_as_their_grid(method: str) -> None:
    """The map of a transformer's tokens is that of the same values as a map of channels first."""

    class AsMap(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.net, self.shown = transformer(0), nn.Identity()

        def forward(self, inputs: torch.Tensor) -> torch.Tensor:
            grid = self.shown(self.net.embed(inputs))
            tokens = self.net.blocks[0](grid.flatten(2).transpose(1, 2))
            return self.net.head(self.net.norm(tokens).mean(1))

    class AsTokens(AsMap):
        def forward(self, inputs: torch.Tensor) -> torch.Tensor:
            tokens = self.shown(self.net.embed(inputs).flatten(2).transpose(1, 2))
            return self.net.head(self.net.norm(self.net.blocks[0](tokens)).mean(1))

    picture = x(16).numpy()
    one, other = (
        explain(make().eval(), picture, 2, method, layer="shown") for make in (AsMap, AsTokens)
    )
    assert one.native_size == other.native_size == (4, 4)
    same(other.values, one.values)


def test_several_layers_are_fused_or_apart() -> None:
    """Equation 9: tanh(2 · map / its maximum), and the highest of them."""
    net = layered()
    parts = [explain(net, pictures(), 1, "layer-cam", layer=one).values for one in ("0", "3")]
    expected = np.maximum(*(np.tanh(2 * one / one.max()) for one in parts))
    found = explain(net, pictures(), 1, "layer-cam", layer="0, 3", fused=True)
    same(found.values, expected, 1e-5)
    assert found.chosen["layer"] == ["0", "3"]


def test_few_channels_are_those_that_vary_most() -> None:
    net = layered()
    values = inside(net, "0", x())[0]
    found = explain(net, pictures(), 1, "ablation-cam", layer="0", channels=2)
    assert (found.chosen["channels"], found.chosen["channels_in_all"]) == (2, 6)
    with torch.no_grad():
        least = values.std((1, 2)).argsort()[:-2]
        for channel in least:
            net[1].weight[channel] = 0  # what they carry does not count
    assert found.values.any()


@pytest.mark.parametrize("method", ["score-cam", "ablation-cam", "eigen-cam"])
def test_forward_passes_are_enough(method: str) -> None:
    class Cut(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.net = layered()

        def forward(self, inputs: torch.Tensor) -> torch.Tensor:
            return self.net(inputs).detach()

    assert explain(Cut(), pictures(), 1, method, layer="net.0").values.any()


def test_finer_cam_needs_several_classes() -> None:
    single = nn.Sequential(nn.Conv2d(3, 4, 3), nn.ReLU(), nn.Flatten(), nn.LazyLinear(1)).eval()
    single(x())
    assert FAMILY[-1] == "finer-cam"
    with pytest.raises(MethodError, match="no class of several"):
        explain(single, pictures(), None, "finer-cam")
    tokens = nn.Sequential(nn.Conv2d(3, 4, 3), nn.ReLU(), nn.Flatten(2)).eval()  # rows, no classes
    for net, available in ((single, False), (tokens, False), (layered(), True)):
        assert assess(net, pictures()).methods["finer-cam"].available is available
    assert NETS["layered"] is layered
    assert probe(single, x()).predicts
