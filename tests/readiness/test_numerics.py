"""Finite differences: few directions where they agree closely, all where they do not."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
import torch.nn.functional as F  # noqa: N812 - its usual name
from torch import Tensor

from xai_core.methods.autograd.calls import Calls
from xai_core.readiness.base import Clock
from xai_core.readiness.numerics.bench import DOUBLE, Bench
from xai_core.readiness.numerics.depthwise import quick_depthwise
from xai_core.readiness.numerics.differences import Trial, trials
from xai_core.readiness.numerics.directions import PLAIN, WEIGHTED
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
    x = torch.randn(2, 5, 13, 10, dtype=torch.float64)
    weight = torch.randn(5, 1, 3, 4, dtype=torch.float64)
    bias = torch.randn(5, dtype=torch.float64) if biased else None
    called: list[object] = []
    expected = F.conv2d(x, weight, bias, stride, padding, dilation, 5)
    watched = Calls(lambda f, a, k: (called.append(f), f(*a, **k))[1])
    with torch.no_grad(), watched, quick_depthwise():
        found = F.conv2d(x, weight, bias, stride, padding, dilation, groups=5)
    assert F.conv2d not in called
    assert torch.allclose(found, expected, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("groups", [1, 2, 4])
def test_other_convolutions_are_left_to_torch(groups: int) -> None:
    x = torch.randn(1, 4, 9, 9, dtype=torch.float64)
    weight = torch.randn(8, 4 // groups, 3, 3, dtype=torch.float64)
    with torch.no_grad(), quick_depthwise():
        found = F.conv2d(x, weight, padding="same", groups=groups)
    assert torch.equal(found, F.conv2d(x, weight, padding="same", groups=groups))


def test_a_model_whose_quick_pass_differs_is_measured_plainly() -> None:
    """Here the plain pass' value is another one: as if the sums had gone wrong."""
    layer = torch.nn.Sequential(torch.nn.Conv2d(3, 3, 3, groups=3), torch.nn.Flatten()).double()
    at = torch.randn(SHAPE, dtype=torch.float64)
    bench, score = Bench(layer, torch.float64, DOUBLE), Score("", 0)
    with torch.no_grad():
        value = float(score.of(layer, at))
    called: list[object] = []
    for claimed, wanted in ((value, False), (value * 1.001, True)):
        f, base = bench.measure(score, at, claimed)
        assert base == pytest.approx(value, rel=1e-12)
        called.clear()
        with Calls(lambda g, a, k: (called.append(g), g(*a, **k))[1]):
            f(at)
        assert (F.conv2d in called) is wanted
