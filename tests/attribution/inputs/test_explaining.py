"""A model of two pictures: a map for each, as Captum explains a tuple."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from captum.attr import DeepLift, InputXGradient, IntegratedGradients, Saliency
from scipy.ndimage import gaussian_filter
from torch import nn

import xai_core
from tests.attribution.inputs.nets import PAIR, TwoPictures
from xai_core.attribution import completeness
from xai_core.base.errors import InputError, MethodError

CAPTUMS = ("saliency", "input-x-gradient", "integrated-gradients", "deep-lift")
ZEROS = {name: 0 * one[:1] + 0.25 for name, one in PAIR.items()}


@pytest.mark.proof(*CAPTUMS, by="Captum", on=("TwoPictures",))
@pytest.mark.parametrize("activation", [nn.ReLU, nn.GELU])
@pytest.mark.parametrize(
    ("method", "captum", "ours", "theirs"),
    [
        ("saliency", Saliency, {"absolute": False}, {"abs": False}),
        ("input-x-gradient", InputXGradient, {}, {}),
        ("integrated-gradients", IntegratedGradients, {"n_steps": 12}, {"n_steps": 12}),
        ("deep-lift", DeepLift, {}, {}),
    ],
)
def test_maps_are_captums_of_a_tuple(
    activation: type[nn.Module], method: str, captum: Any, ours: Any, theirs: Any
) -> None:
    if method == "deep-lift" and activation is nn.GELU:
        return  # Captum has no rule for it
    net = TwoPictures(activation).eval()
    if "n_steps" in theirs:
        ours = {**ours, "baseline_pictures": ZEROS}
        theirs = {**theirs, "baselines": tuple(map(torch.from_numpy, ZEROS.values()))}
    expected = captum(net).attribute(
        tuple(map(torch.from_numpy, PAIR.values())), target=2, **theirs
    )
    found = xai_core.explain_inputs(net, PAIR, 2, method, **ours)
    assert list(found) == list(PAIR)
    for one, other in zip(found.values(), expected, strict=True):
        np.testing.assert_allclose(one.values, other.detach(), rtol=1e-3, atol=1e-6)
    if "n_steps" in theirs:
        sums = found["photo"].chosen[completeness.SUM]  # over the maps of all inputs
        each = sum(one.values.sum((1, 2, 3)) for one in found.values())
        np.testing.assert_allclose(each, sums, rtol=1e-3, atol=1e-6)
    assert "forward" not in vars(net)


def test_another_input_stays_as_it_is_and_order_serves_without_names() -> None:
    net = TwoPictures(nn.ReLU).eval()
    double = xai_core.explain_inputs(net, PAIR, 2, others={"scale": np.full((1, 1), 2, np.float32)})
    leaves = [torch.from_numpy(one).requires_grad_(True) for one in PAIR.values()]
    score = net(*leaves, torch.full((1, 1), 2.0))[:, 2].sum()
    for one, slope in zip(double.values(), torch.autograd.grad(score, leaves), strict=True):
        np.testing.assert_allclose(one.values, slope.abs(), rtol=1e-4, atol=1e-7)
    given = xai_core.explain_inputs(net, PAIR, 2, others={"scale": np.array([[2.0]])})
    np.testing.assert_array_equal(given["depth"].values, double["depth"].values)
    unnamed = xai_core.explain_inputs(net, dict(zip("ab", PAIR.values(), strict=True)), 2)
    named = xai_core.explain_inputs(net, PAIR, 2)
    np.testing.assert_array_equal(unnamed["b"].values, named["depth"].values)


def test_the_models_own_hooks_see_its_inputs_as_they_are() -> None:
    net, seen = TwoPictures(nn.ReLU).eval(), []
    expected = xai_core.explain_inputs(net, {**PAIR, "photo": 2 * PAIR["photo"]}, 2)
    net.register_forward_pre_hook(lambda _, given: (2 * given[0], *given[1:]))
    net.register_forward_hook(lambda _, given, __: seen.append([one.shape[1:] for one in given]))
    found = xai_core.explain_inputs(net, PAIR, 2)
    np.testing.assert_allclose(found["photo"].values, 2 * expected["photo"].values, rtol=1e-5)
    np.testing.assert_allclose(found["depth"].values, expected["depth"].values, rtol=1e-5)
    assert seen[0] == [(3, 16, 12), (1, 9, 14)]
    assert len(net._forward_pre_hooks) == 1
    assert not net._forward_pre_hooks_with_kwargs


def test_one_map_for_all_is_refused() -> None:
    net = TwoPictures(nn.ReLU).eval()
    with pytest.raises(MethodError, match="one map for all inputs together"):
        xai_core.explain_inputs(net, PAIR, 2, "attention-rollout")
    with pytest.raises(MethodError, match="Choose Grad-CAM itself, which takes a layer"):
        xai_core.explain_inputs(net, PAIR, 2, "smoothgrad", of="grad-cam", m=2)
    with pytest.raises(InputError, match="as many pictures of each"):
        xai_core.explain_inputs(net, {**PAIR, "depth": PAIR["depth"][:1]}, 2)


def test_others_may_differ_from_picture_to_picture() -> None:
    net, scale = TwoPictures(nn.ReLU).eval(), np.array([[1.0], [3.0]], np.float32)
    found = xai_core.explain_inputs(net, PAIR, [2, 1], others={"scale": scale})
    plain = xai_core.explain_inputs(net, PAIR, [2, 1])
    for name, one in found.items():
        np.testing.assert_allclose(one.values[0], plain[name].values[0], rtol=1e-4, atol=1e-7)
        np.testing.assert_allclose(one.values[1], 3 * plain[name].values[1], rtol=1e-4, atol=1e-6)
    assert found["depth"].target == (2, 1) == tuple(one.index for one in found["depth"].explained)
    with pytest.raises(InputError, match=r"scale has the shape \[3, 1\] for 2 pictures"):
        xai_core.explain_inputs(net, PAIR, 2, others={"scale": np.ones((3, 1), np.float32)})
    with pytest.raises(InputError, match="1 targets for 2 pictures"):
        xai_core.explain_inputs(net, PAIR, [2], others={"scale": scale})


def test_baseline_pictures_are_like_the_inputs() -> None:
    net, how = TwoPictures(nn.ReLU).eval(), ("integrated-gradients",)
    wrong: list[tuple[dict[str, np.ndarray], str]] = [
        ({"photo": ZEROS["photo"]}, "Give some of each input: photo, depth"),
        ({**ZEROS, "depth": ZEROS["photo"][:, :1, :9, :12]}, "of depth are 1×9×12, not 1×9×14"),
        ({**ZEROS, "depth": PAIR["depth"]}, "as many baseline pictures of each"),
    ]
    for given, told in wrong:
        with pytest.raises(InputError, match=told):
            xai_core.explain_inputs(net, PAIR, 2, *how, baseline_pictures=given)
    with pytest.raises(MethodError, match="Give the module itself"):
        xai_core.explain_inputs(torch.jit.script(net), PAIR, 2)


def _start(kind: str, picture: np.ndarray) -> np.ndarray:
    if kind == "blur":
        return gaussian_filter(picture, (0, 0, *(0.1 * min(picture.shape[2:]),) * 2))
    of = picture.mean if kind == "mean" else picture.min
    return 0 * picture + of((2, 3), keepdims=True)


@pytest.mark.parametrize("start", ["mean", "black", "blur"])
@pytest.mark.parametrize("method", ["integrated-gradients", "guided-ig"])
def test_a_smaller_picture_starts_from_its_own(start: str, method: str) -> None:
    net = TwoPictures(nn.ReLU).eval()
    first = {name: one[:1] + 7 * (name == "depth") for name, one in PAIR.items()}
    ends = {name: _start(start, one) for name, one in first.items()}
    how: dict[str, Any] = {"method": method, "n_steps": 5}
    how |= {"start": "picture", "baseline_pictures": ends}
    expected = xai_core.explain_inputs(net, first, 2, **how)
    found = xai_core.explain_inputs(net, first, 2, start=start, method=method, n_steps=5)
    for name, one in found.items():
        np.testing.assert_allclose(one.values, expected[name].values, rtol=1e-3, atol=1e-5)


@pytest.mark.parametrize("method", ["saliency", "occlusion", "grad-cam", "score-cam"])
@pytest.mark.parametrize("scale", [1, 2])
def test_the_progress_of_all_inputs_rises_to_its_end(method: str, scale: int) -> None:
    told: list[tuple[int, int]] = []
    others = {"scale": np.ones((scale, 1), np.float32)}
    how: dict[str, Any] = {"others": others, "progress": lambda *now: told.append(now)}
    xai_core.explain_inputs(TwoPictures(nn.ReLU).eval(), PAIR, 2, method, **how)
    assert told == sorted(told)
    assert len({total for _, total in told}) == 1
    assert told[-1][0] == told[-1][1]
