"""Each remaining method against Captum, and against its formula written slowly."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from captum.attr import (
    FeatureAblation,
    GuidedGradCam,
    InputXGradient,
    IntegratedGradients,
    LayerGradCam,
    Occlusion,
    Saliency,
)
from torch import nn

from tests import reference
from tests.attribution.nets import NETS, layered, pictures
from xai_core.attribution.explanation import explain
from xai_core.base.arrays import Values
from xai_core.base.errors import InputError
from xai_core.pictures.region import as_text

PLAIN = ["layered", "functional", "smooth", "flat"]


def x() -> torch.Tensor:
    return torch.from_numpy(pictures())


def ours(net: nn.Module, method: str, **parameters: object) -> Values:
    return explain(net, pictures(), 2, method, **parameters).values


@pytest.mark.proof("saliency", by="Captum", on=PLAIN)
@pytest.mark.parametrize("name", PLAIN)
def test_saliency(name):
    net = NETS[name]()
    theirs = Saliency(net).attribute(x(), target=2)
    np.testing.assert_array_equal(ours(net, "saliency"), theirs.detach())
    signed = Saliency(net).attribute(x(), target=2, abs=False)
    np.testing.assert_array_equal(ours(net, "saliency", absolute=False), signed.detach())


@pytest.mark.proof("saliency", by="finite differences", on=("functional", "smooth"))
@pytest.mark.parametrize("name", ["functional", "smooth"])
def test_the_gradient_is_the_slope(name):
    slope = reference.difference_quotients(NETS[name](), x(), 2)
    gradient = ours(NETS[name](), "saliency", absolute=False)
    np.testing.assert_allclose(gradient, slope, rtol=1e-3, atol=1e-5)


@pytest.mark.proof("input-x-gradient", by="Captum", on=PLAIN)
@pytest.mark.parametrize("name", PLAIN)
def test_input_x_gradient(name):
    theirs = InputXGradient(NETS[name]()).attribute(x(), target=2)
    np.testing.assert_array_equal(ours(NETS[name](), "input-x-gradient"), theirs.detach())


@pytest.mark.proof("integrated-gradients", by="Captum", on=PLAIN)
@pytest.mark.proof("integrated-gradients", by="a plain version", on=PLAIN)
@pytest.mark.parametrize("name", PLAIN)
@pytest.mark.parametrize("baseline", [0.0, -1.5])
def test_integrated_gradients(name, baseline):
    net = NETS[name]()
    theirs = IntegratedGradients(net).attribute(x(), baselines=baseline, target=2, n_steps=40)
    values = ours(net, "integrated-gradients", n_steps=40, baseline=baseline)
    np.testing.assert_allclose(values, theirs.detach(), rtol=1e-4, atol=1e-6)
    slow = reference.integrated_gradients(net, x(), 2, baseline, 100).numpy()
    assert np.abs(values - slow).max() < 0.1 * np.abs(values).max()
    by_middles = {"n_steps": 100, "baseline": baseline, "rule": "middle"}
    values = ours(net, "integrated-gradients", **by_middles)
    np.testing.assert_allclose(values, slow, rtol=1e-3, atol=1e-5 * np.abs(slow).max())


@pytest.mark.proof("integrated-gradients", by="completeness", on=("smooth",))
def test_integrated_gradients_add_up_to_the_score():
    net = NETS["smooth"]()
    rise = (net(x()) - net(torch.zeros_like(x())))[0, 2].item()
    assert ours(net, "integrated-gradients", n_steps=100).sum() == pytest.approx(rise, rel=1e-3)


@pytest.mark.proof("occlusion", by="Captum", on=("layered",))
@pytest.mark.proof("occlusion", by="a plain version", on=("layered",))
@pytest.mark.parametrize(("window", "stride"), [(4, 4), (4, 2), (3, 2), (5, 1), (50, 50)])
def test_occlusion(window, stride):
    values = ours(layered(), "occlusion", window=window, stride=stride)
    sides = (min(window, 12), min(window, 10))
    steps = (min(stride, sides[0]), min(stride, sides[1]))
    theirs = Occlusion(layered()).attribute(
        x(), sliding_window_shapes=(3, *sides), strides=(3, *steps), baselines=0, target=2
    )
    np.testing.assert_allclose(values, theirs.detach(), rtol=1e-4, atol=1e-6)
    if window < 10:
        slow = reference.occlusion(layered(), x(), 2, window, stride)
        np.testing.assert_allclose(values, slow, rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize(
    ("window", "stride", "told"),
    [
        (1, 2, r"stride of 2 pixels is larger than the window of 1"),
        (0, 9, r"stride of 9 pixels is larger"),
    ],
)
def test_occlusion_refuses_a_stride_that_leaves_pixels_out(window, stride, told):
    """Window 1, stride 2 ran at stride 1 and said 2; Captum refuses it, too."""
    with pytest.raises(InputError, match=told):
        ours(layered(), "occlusion", window=window, stride=stride)


def test_occlusion_with_rectangles_per_channel_and_another_cover():
    window = {"window": 4, "width": 3, "stride": 2, "stride_across": 3}
    cover = {"cover": "mean", "by_channel": True}
    theirs = Occlusion(layered()).attribute(
        x(), sliding_window_shapes=(1, 4, 3), strides=(1, 2, 3), target=2,
        baselines=x().mean((2, 3), keepdim=True).expand_as(x()),
    )  # fmt: skip
    values = ours(layered(), "occlusion", **window, **cover)
    np.testing.assert_allclose(values, theirs.detach(), rtol=1e-4, atol=1e-6)


def test_occlusion_of_regions_is_captums_feature_ablation():
    mask = np.zeros((12, 10), bool)
    mask[1:4, 2:5] = mask[7:11, 6:9] = True
    numbers = torch.zeros(1, 1, 12, 10, dtype=torch.long)
    numbers[..., 1:4, 2:5], numbers[..., 7:11, 6:9] = 1, 2
    theirs = FeatureAblation(layered()).attribute(x(), target=2, feature_mask=numbers)
    values = ours(layered(), "occlusion", regions=as_text(mask))
    np.testing.assert_allclose(values[:, :, mask], theirs.detach()[:, :, mask], atol=1e-5)
    assert not values[:, :, ~mask].any()


def test_each_picture_has_a_class_of_its_own():
    both = explain(layered(), pictures(2), [1, 3], "saliency")
    assert both.target == (1, 3)
    alone = explain(layered(), pictures(2)[1:], 3, "saliency")
    np.testing.assert_array_equal(both.values[1], alone.values[0])
    with pytest.raises(InputError, match="2 targets for 1"):
        explain(layered(), pictures(1), [1, 3], "saliency")


def test_occlusion_records_the_window_that_ran():
    cut = explain(layered(), pictures(), 2, "occlusion", window=50, stride=50)
    assert (cut.chosen["window"], cut.chosen["stride"]) == ([12, 10], [12, 10])


def test_occlusion_fits_its_window_to_the_picture():
    automatic = explain(layered(), pictures(), 2, "occlusion")
    assert automatic.parameters.items() >= {"window": 0, "stride": 0, "baseline": 0.0}.items()
    assert automatic.chosen == {"window": 1, "stride": 1}
    large = np.repeat(np.repeat(pictures(), 4, 2), 4, 3)
    assert explain(layered(), large, 2, "occlusion").chosen["window"] == 5


@pytest.mark.proof("grad-cam", by="Captum", on=("layered",))
@pytest.mark.proof("grad-cam", by="a plain version", on=("layered",))
@pytest.mark.parametrize("layer", ["0", "1", "2", "3", "4", "5"])
def test_grad_cam(layer):
    net = layered()
    result = explain(net, pictures(), 2, "grad-cam", layer=layer)
    theirs = LayerGradCam(net, net.get_submodule(layer)).attribute(
        x(), target=2, relu_attributions=True
    )
    large = nn.functional.interpolate(theirs, size=(12, 10), mode="bilinear")
    np.testing.assert_allclose(result.values, large.detach(), rtol=1e-5, atol=1e-7)
    assert result.native_size == tuple(theirs.shape[2:])
    features = net[: int(layer) + 1](x()).detach().requires_grad_(True)
    net[int(layer) + 1 :](features.clone())[0, 2].backward()
    slow = reference.grad_cam(features.detach(), features.grad)
    np.testing.assert_allclose(theirs.detach()[0, 0], slow, rtol=1e-5, atol=1e-6)


@pytest.mark.proof("guided-grad-cam", by="Captum", on=("layered",))
def test_guided_grad_cam_is_the_product():
    parts = ours(layered(), "guided-backprop") * ours(layered(), "grad-cam", layer="3")
    values = ours(layered(), "guided-grad-cam", layer="3")
    np.testing.assert_array_equal(values, parts)
    net = layered()
    theirs = GuidedGradCam(net, net[3]).attribute(x(), target=2, interpolate_mode="bilinear")
    np.testing.assert_allclose(values, theirs.detach(), rtol=1e-4, atol=1e-7)
    assert values.any()
