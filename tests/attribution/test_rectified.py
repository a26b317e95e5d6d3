"""A convolution with its rectifier in one kernel is the two of them, or is left alone."""

from __future__ import annotations

from functools import partial

import pytest
import torch
import torch.nn.functional as F  # noqa: N812 - its usual name
from torch import Tensor, nn

from xai_core.attribution.passes.padding import convolution_of
from xai_core.attribution.passes.rectified import Rectifier, fits, rectified, rectifier_of

RELU, RELU6 = Rectifier(), Rectifier(6.0)
DRAWS = torch.Generator().manual_seed(0)


def drawn(*shape: int) -> Tensor:
    return torch.randn(shape, generator=DRAWS) * 3


CONVOLUTIONS = {
    "1×1": ((6, 5, 1, 1), {}),
    "3×3": ((6, 5, 3, 3), {"padding": 1}),
    "stride": ((6, 5, 5, 3), {"padding": (2, 0), "stride": [2, 3]}),
    "dilated": ((6, 5, 3, 3), {"dilation": 2}),
    "groups": ((6, 2, 3, 3), {"padding": 1, "groups": 2}),
    "depthwise": ((5, 1, 3, 3), {"padding": 1, "groups": 5}),
}


@pytest.mark.parametrize("last", [False, True], ids=["plain", "channels-last"])
@pytest.mark.parametrize("bias", [False, True], ids=["no bias", "bias"])
@pytest.mark.parametrize("rectifier", [RELU, RELU6, Rectifier(0.5)], ids=str)
@pytest.mark.parametrize("name", CONVOLUTIONS)
def test_value_and_gradient_are_those_of_the_two(name, rectifier, bias, last):
    shape, more = CONVOLUTIONS[name]
    channels = shape[1] * more.get("groups", 1)
    layout = torch.channels_last if last else torch.contiguous_format
    weight, shift = drawn(*shape), drawn(shape[0]) if bias else None
    leaves = [drawn(3, channels, 11, 12).to(memory_format=layout) for _ in range(2)]
    leaves[1].copy_(leaves[0])
    x, y = (leaf.requires_grad_(True) for leaf in leaves)
    named = convolution_of(F.conv2d, (x, weight, shift), more)
    assert named is not None
    assert fits(named)
    found = rectified(named, rectifier, None)
    assert found is not None
    values, norm = found
    expected = F.conv2d(y, weight, shift, **more).clamp_min(0)
    if rectifier.ceiling is not None:
        expected = F.hardtanh(F.conv2d(y, weight, shift, **more), 0.0, rectifier.ceiling)
    torch.testing.assert_close(values, expected, rtol=1e-5, atol=1e-5)
    assert float(values.norm()) <= norm
    weights = drawn(*values.shape)
    slopes = [
        torch.autograd.grad((v * weights).sum(), leaf) for v, leaf in ((values, x), (expected, y))
    ]
    torch.testing.assert_close(slopes[0][0], slopes[1][0], rtol=1e-4, atol=1e-3)
    with torch.no_grad():
        assert torch.equal(rectified(named, rectifier, norm=1e3)[0], values)


@pytest.mark.parametrize("where", ["input", "weight", "bias"])
@pytest.mark.parametrize("value", [torch.nan, torch.inf, 1e35])
def test_numbers_that_may_become_none_are_left_to_torch(where, value):
    tensors = {"input": drawn(2, 3, 5, 5), "weight": drawn(4, 3, 3, 3), "bias": drawn(4)}
    tensors[where].view(-1)[0] = value
    named = convolution_of(F.conv2d, (), tensors)
    assert rectified(named, RELU6, None) is None


def test_a_norm_that_grew_is_measured_anew():
    named = convolution_of(F.conv2d, (drawn(2, 3, 5, 5), drawn(4, 3, 3, 3)), {})
    _, norm = rectified(named, RELU, 1e31)
    assert norm < 1e6


@pytest.mark.parametrize(
    ("call", "expected"),
    [
        (F.relu, RELU),
        (torch.relu_, RELU),
        (Tensor.relu, RELU),
        (nn.ReLU(inplace=True), RELU),
        (F.relu6, RELU6),
        (nn.ReLU6(), RELU6),
        (nn.Hardtanh(0.0, 2.5), Rectifier(2.5)),
        (nn.Hardtanh(), None),
        (nn.Hardtanh(0.5, 1.0), None),
        (partial(torch.clamp, min=0.0, max=6.0), None),
        (F.leaky_relu, None),
        (nn.Threshold(0.5, 0.0), None),
    ],
)
def test_which_calls_are_rectifiers(call, expected):
    from xai_core.attribution.passes.calls import Calls

    seen = []

    def look(function, args, kwargs):
        found = rectifier_of(function, args, kwargs)
        if found is not None:
            seen.append(found[1])
        return function(*args, **kwargs)

    with Calls(look):
        call(drawn(2, 3))
    assert set(seen) == ({expected} if expected else set())


def test_the_gradient_at_both_ends_is_torchs_also_without_the_kernel():
    x = torch.tensor([-1.0, 0.0, 3.0, 6.0, 7.0], requires_grad=True)
    (ours,) = torch.autograd.grad(RELU6.of(x).sum(), x)
    (its,) = torch.autograd.grad(F.relu6(x).sum(), x)
    assert torch.equal(ours, its)
