"""Finite differences: few directions where they agree closely, all where they do not."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
import torch.nn.functional as F  # noqa: N812 - its usual name
from torch import Tensor

from xai_core.attribution.passes.calls import Calls
from xai_core.readiness.checks.base import Clock
from xai_core.readiness.numerics.bench import DOUBLE, bench_of
from xai_core.readiness.numerics.depthwise import quick_depthwise
from xai_core.readiness.numerics.differences import Trial, trials
from xai_core.readiness.numerics.directions import PLAIN, WEIGHTED
from xai_core.readiness.numerics.kernel_places import Form
from xai_core.readiness.setting.score import Score

TOLERANCE = 0.02
SHAPE = (1, 3, 12, 12)


def tried(f: Callable[[Tensor], Tensor], gradient: Callable[[Tensor], Tensor]) -> tuple[
    list[Trial], int
]:  # fmt: skip
    """Trials of a gradient, and how often `f` was asked."""
    asked = 0

    def counted(x: Tensor) -> float:
        nonlocal asked
        asked += 1
        return float(f(x))

    at = torch.randn(SHAPE, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    found = trials(counted, at, float(f(at)), gradient(at), DOUBLE, TOLERANCE, Clock(60))
    return found, asked


def watched(called: list[object]) -> Calls:
    """Every function that torch is asked for is added to `called`."""
    return Calls(lambda f, a, k: (called.append(f), f(*a, **k))[1])


def wave(x: Tensor) -> Tensor:
    return x.sin().sum()


def test_a_right_gradient_takes_few_passes() -> None:
    found, asked = tried(wave, torch.cos)
    assert all(trial.error is not None and trial.error < 1e-4 for trial in found)
    assert asked < 1 + WEIGHTED + PLAIN
    assert all(len(one.directions) == len(one.measured) == len(one.claimed) for one in found)


@pytest.mark.parametrize("part", [0.05, 0.2, 1.0])
def test_a_gradient_that_lacks_a_part_is_tried_in_all_directions(part: float) -> None:
    def lacking(x: Tensor) -> Tensor:
        gone = torch.rand(SHAPE, generator=torch.Generator().manual_seed(4)) < part
        return x.cos().masked_fill(gone, 1e-3)

    found, _ = tried(wave, lacking)
    plain = next(trial for trial in found if trial.group == "plain")
    assert plain.error is not None
    assert plain.error > TOLERANCE
    assert len(plain.measured) == PLAIN


def test_a_score_that_rounding_drowns_is_not_judged() -> None:
    found, _ = tried(lambda x: x.sum() * 1e-3 + 1e16, lambda x: torch.full_like(x, 1e-3))
    assert all(trial.error is None for trial in found)


@pytest.mark.parametrize("stride", [1, 2, (2, 1)])
@pytest.mark.parametrize("padding", [0, 2, (1, 0)])
@pytest.mark.parametrize("dilation", [1, (2, 1)])
@pytest.mark.parametrize("biased", [True, False])
def test_depthwise_sums_are_those_of_torch(
    stride: int | tuple[int, int],
    padding: int | tuple[int, int],
    dilation: int | tuple[int, int],
    biased: bool,
) -> None:
    x = torch.randn(2, 5, 13, 10, dtype=torch.float64, requires_grad=True)
    weight = torch.randn(5, 1, 3, 4, dtype=torch.float64)
    bias = torch.randn(5, dtype=torch.float64) if biased else None
    called: list[object] = []
    expected = F.conv2d(x, weight, bias, stride, padding, dilation, 5)
    with watched(called), quick_depthwise():
        found = F.conv2d(x, weight, bias, stride, padding, dilation, groups=5)
    assert F.conv2d not in called
    assert torch.allclose(found, expected, rtol=1e-12, atol=1e-12)
    sent = torch.randn_like(expected)
    slopes = [torch.autograd.grad(one, x, sent)[0] for one in (found, expected)]
    assert torch.allclose(*slopes, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("part", ["sum", "slope"])
@pytest.mark.parametrize("at", [0, -1])
def test_where_a_sum_goes_wrong_torch_computes_it(
    part: str, at: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    right = getattr(Form, part)

    def wrong(*given: object) -> Tensor:
        found = right(*given)
        found[:, at, 1, 1] += 1e-8  # a factor would be nothing where the sum is near 0
        return found

    monkeypatch.setattr(Form, part, wrong)
    x = torch.randn(1, 4, 9, 9, dtype=torch.float64, requires_grad=True)
    weight = torch.randn(4, 1, 3, 3, dtype=torch.float64)
    expected = F.conv2d(x, weight, groups=4)
    with quick_depthwise():
        found = F.conv2d(x, weight, groups=4)
    slopes = [torch.autograd.grad(one.sin().sum(), x)[0] for one in (found, expected)]
    assert torch.allclose(found, expected, rtol=1e-12, atol=1e-12)
    assert torch.allclose(*slopes, rtol=1e-12, atol=1e-12)


def test_a_kernel_that_depends_on_the_input_keeps_its_gradient() -> None:
    x = torch.randn(1, 4, 9, 9, dtype=torch.float64, requires_grad=True)
    kernel = x[0, :, :3, :3].unsqueeze(1)
    expected = F.conv2d(x, kernel, groups=4)
    with quick_depthwise():
        found = F.conv2d(x, kernel, groups=4)
    slopes = [torch.autograd.grad(one.sum(), x, retain_graph=True)[0] for one in (found, expected)]
    assert torch.equal(*slopes)


@pytest.mark.parametrize("groups", [1, 2, 4])
def test_other_convolutions_are_left_to_torch(groups: int) -> None:
    x = torch.randn(1, 4, 9, 9, dtype=torch.float64)
    weight = torch.randn(8, 4 // groups, 3, 3, dtype=torch.float64)
    with torch.no_grad(), quick_depthwise():
        found = F.conv2d(x, weight, padding="same", groups=groups)
    assert torch.equal(found, F.conv2d(x, weight, padding="same", groups=groups))


def test_the_gradient_of_setting_up_is_that_of_its_point_alone() -> None:
    layer = torch.nn.Sequential(torch.nn.Conv2d(3, 3, 3, groups=3), torch.nn.ReLU()).eval()
    net, score = torch.nn.Sequential(layer, torch.nn.Flatten()), Score("", 0)
    at = torch.randn(SHAPE)
    bench = bench_of(net, score, at)
    assert bench.double
    for point in (at.double(), 2 * at.double()):
        leaf = point.clone().requires_grad_(True)
        (expected,) = torch.autograd.grad(bench.module(leaf)[0, 0], leaf)
        found = bench.slope(score, point)
        assert found is not None
        assert torch.allclose(found, expected, rtol=1e-12, atol=1e-12)
