"""Parts hidden and layers of a model of two pictures, as Captum has them of a tuple."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
import torch.nn.functional as F  # noqa: N812 - its usual name
from captum.attr import GuidedGradCam, LayerGradCam, Occlusion, ShapleyValues
from torch import Tensor, nn

import xai_core
from tests.attribution.inputs.nets import FIRST, PAIR, TENSORS, TwoPictures
from xai_core.attribution.hiding.superpixels import segments
from xai_core.attribution.methods.perturbation import lime, rise
from xai_core.base.errors import InputError, MethodError

NETS = pytest.mark.parametrize("activation", [nn.ReLU, nn.GELU])


def close(found: Any, expected: tuple[Tensor, ...] | list[Tensor], rtol: float = 1e-3) -> None:
    for one, other in zip(found.values(), expected, strict=True):
        wanted = np.broadcast_to(other.detach().numpy(), one.values.shape)
        np.testing.assert_allclose(one.values, wanted, rtol=rtol, atol=1e-5)


@pytest.mark.proof("occlusion", by="Captum", on=("TwoPictures",))
@NETS
def test_occlusion_covers_one_input_at_a_time(activation: type[nn.Module]) -> None:
    net, told = TwoPictures(activation).eval(), list[tuple[int, int]]()
    how: dict[str, Any] = {"window": 4, "stride": 2, "baseline": 0.5}
    found = xai_core.explain_inputs(
        net, FIRST, 2, "occlusion", progress=lambda *one: told.append(one), **how
    )
    expected = Occlusion(net).attribute(
        TENSORS, ((3, 4, 4), (1, 4, 4)), ((3, 2, 2), (1, 2, 2)), (0.5, 0.5), target=2
    )
    close(found, expected)
    assert told == sorted(told)
    assert told[-1][0] == told[-1][1]  # one progress over both


def masks_of(wanted: int) -> tuple[Tensor, ...]:
    found = [segments(one, wanted) for one in TENSORS]
    found[1] = found[1] + found[0].max() + 1
    return tuple(torch.from_numpy(one)[None, None] for one in found)


@pytest.mark.proof("kernel-shap", by="Captum", on=("TwoPictures",))
@NETS
def test_shapley_values_are_over_the_superpixels_of_all_inputs(activation: type[nn.Module]) -> None:
    net, masks = TwoPictures(activation).eval(), masks_of(3)
    count = int(masks[1].max()) + 1
    assert int(masks[0].max()) < count - 2  # several of each
    found = xai_core.explain_inputs(net, FIRST, 2, "kernel-shap", segments=3, samples=2**count)
    expected = ShapleyValues(net).attribute(
        TENSORS, target=2, feature_mask=masks, perturbations_per_eval=1
    )
    close(found, [one[:, :1] for one in expected])
    assert found["photo"].chosen["segments"] == count


def score_of(net: nn.Module) -> Callable[[list[Tensor]], np.ndarray]:
    def score(shown: list[Tensor]) -> np.ndarray:
        with torch.no_grad():
            given = [one * mask for one, mask in zip(TENSORS, shown, strict=True)]
            return net(*given)[:, 2].double().numpy()

    return score


@pytest.mark.proof("rise", by="a plain version", on=("TwoPictures",))
def test_lime_and_rise_hide_parts_of_all_inputs_at_once() -> None:
    net = TwoPictures(nn.GELU).eval()
    score, masks = score_of(net), masks_of(4)
    found = xai_core.explain_inputs(net, FIRST, 2, "lime", segments=4, samples=40, seed=3)
    count = int(masks[1].max()) + 1
    shown = np.random.default_rng(3).random((40, count)) < 0.5
    shown[0] = True
    drawn = [torch.from_numpy(shown[:, one[0, 0].numpy()][:, None]).float() for one in masks]
    slopes = torch.from_numpy(lime.fitted(shown.astype(float), score(drawn))[0]).float()
    close(found, [slopes[one] for one in masks])

    found = xai_core.explain_inputs(net, FIRST, 2, "rise", samples=10, cells=3)
    generator, given = torch.Generator().manual_seed(0), rise.RiseParameters(samples=10, cells=3)
    every: list[list[Tensor]] = [[], []]
    for _ in range(10):  # ten groups of one mask of each input
        for kept, one in zip(every, TENSORS, strict=True):
            size = (one.shape[2], one.shape[3])
            kept.append(rise.masks(*rise.drawn(given, 1, size, generator), size))
    planes = [torch.cat(kept) for kept in every]
    rises = score(planes) - score(planes).mean()
    weights = torch.from_numpy(rises / (10 * given.shown)).float()[:, None, None, None]
    close(found, [(weights * one).sum(0, keepdim=True) for one in planes])


def test_sobol_indices_of_an_input_that_the_score_leaves_out_are_zero() -> None:
    net = TwoPictures(nn.ReLU).eval()
    with torch.no_grad():
        net.head[0].weight[:, 54:] = 0  # the branch of depth
    told: list[tuple[int, int]] = []
    given: dict[str, Any] = {"cells": 3, "designs": 8, "progress": lambda *one: told.append(one)}
    found = xai_core.explain_inputs(net, FIRST, 2, "sobol", **given)
    assert not found["depth"].values.any()
    assert found["photo"].values.any()
    assert [one.values.shape[1:] for one in found.values()] == [(1, 16, 12), (1, 9, 14)]
    assert told[-1] == (8 * (2 * 9 + 2),) * 2
    with torch.no_grad():  # what is left of both is the photo's own
        fixed = xai_core.explain_inputs(
            net, {"photo": FIRST["photo"]}, 2, "sobol", others={"depth": FIRST["depth"]}, cells=3
        )
    assert np.corrcoef(fixed["photo"].values.ravel(), found["photo"].values.ravel())[0, 1] > 0.5


@pytest.mark.proof("grad-cam", "guided-grad-cam", by="Captum", on=("TwoPictures",))
@NETS
def test_a_cam_is_of_the_branch_that_its_layer_lies_in(activation: type[nn.Module]) -> None:
    net = TwoPictures(activation).eval()
    layers = {"photo": net.colour[0], "depth": net.depths[0]}
    names = {"photo": "colour.0", "depth": "depths.0"}
    for (name, layer), leaf in zip(layers.items(), TENSORS, strict=True):
        found = xai_core.explain_inputs(net, FIRST, 2, "grad-cam", layer=names[name])
        assert list(found) == [name]  # the layer knows nothing of the other one
        cam = LayerGradCam(net, layer).attribute(TENSORS, target=2, relu_attributions=True)
        close(found, [F.interpolate(cam, leaf.shape[2:], mode="bilinear")])
    each = xai_core.explain_inputs(net, PAIR, 2, "grad-cam")
    assert [one.chosen["layer"] for one in each.values()] == ["colour", "depths"]
    if activation is nn.GELU:
        return  # no rectifier to guide by
    found = xai_core.explain_inputs(net, FIRST, 2, "guided-grad-cam", layer="depths.0")
    expected = GuidedGradCam(net, net.depths[0]).attribute(
        TENSORS, target=2, interpolate_mode="bilinear"
    )
    close(found, expected[1:])


class Fused(nn.Module):
    """Two pictures that meet in the first layer."""

    def __init__(self) -> None:
        super().__init__()
        torch.manual_seed(0)
        self.body = nn.Sequential(nn.Conv2d(3, 4, 3), nn.ReLU())

    def forward(self, first: Tensor, second: Tensor) -> Tensor:
        return self.body(first - second).mean((2, 3))


def test_a_layer_that_sees_several_inputs_is_refused_with_those_that_do_not() -> None:
    net = TwoPictures(nn.ReLU).eval()
    with pytest.raises(MethodError, match=r"head\.0 sees photo and depth") as caught:
        xai_core.explain_inputs(net, FIRST, 2, "grad-cam", layer="head.0")
    assert "colour (photo), depths (depth)" in str(caught.value)
    with pytest.raises(InputError, match="no layer 'colours'"):
        xai_core.explain_inputs(net, FIRST, 2, "score-cam", layer="colours")
    both = dict.fromkeys(("first", "second"), FIRST["photo"])
    with pytest.raises(MethodError, match="sees one input alone"):
        xai_core.explain_inputs(Fused().eval(), both, 2, "layer-cam")
