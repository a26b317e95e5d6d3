"""Gradients through batch normalisation, in every layout that its input and gradient can have."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional
from torch.utils.checkpoint import checkpoint

from xai_core.attribution.passes.batch_norm import sound_batch_norm

ODD = (None, 1, 7)  # strides along an axis of length 1, where any will do


def strides(shape: tuple[int, ...]) -> Iterator[tuple[int, ...]]:
    """Every order of the axes, and odd strides along those of length 1."""
    single = [axis for axis, length in enumerate(shape) if length == 1]
    for order in itertools.permutations(range(len(shape))):
        plain, size = [0] * len(shape), 1
        for axis in reversed(order):
            plain[axis], size = size, size * shape[axis]
        for odd in itertools.product(ODD, repeat=len(single)):
            found = list(plain)
            for axis, stride in zip(single, odd, strict=True):
                found[axis] = plain[axis] if stride is None else stride
            yield tuple(found)


def laid_out(values: Tensor, stride: tuple[int, ...]) -> Tensor:
    size = 1 + sum((n - 1) * step for n, step in zip(values.shape, stride, strict=True))
    return torch.empty(size).as_strided(values.shape, stride).copy_(values)


def wrong(shape: tuple[int, ...], *, sound: bool) -> int:
    """In how many pairs of layouts the gradient is not g·w/√(v + ε)."""
    draws = torch.Generator().manual_seed(0)
    x, g = (torch.randn(shape, generator=draws) for _ in range(2))
    mean, weight = (torch.randn(shape[1], generator=draws) for _ in range(2))
    wide = (1, -1, *[1] * (len(shape) - 2))
    right, count = g * (weight / (1 + 1e-5) ** 0.5).reshape(wide), 0
    given = [laid_out(g, one) for one in dict.fromkeys(strides(shape))]
    for stride in dict.fromkeys(strides(shape)):
        leaf = laid_out(x, stride).requires_grad_(True)
        made = functional.batch_norm(leaf, mean, torch.ones(shape[1]), weight)
        made = sound_batch_norm(made) if sound else made
        for one in given:
            (found,) = torch.autograd.grad(made, leaf, one, retain_graph=True)
            count += not torch.allclose(found, right, atol=1e-5)
    return count


@pytest.mark.parametrize("shape", [(1, 3, 4, 5), (2, 3, 1, 4), (2, 3, 4, 5), (2, 3, 4, 1), (1, 3)])
def test_the_gradient_is_right_in_every_layout(shape: tuple[int, ...]) -> None:
    assert wrong(shape, sound=True) == 0


def test_torch_alone_has_the_fault() -> None:
    """Where this fails, torch has been mended, and the guard may go."""
    assert wrong((1, 3, 4, 5), sound=False) > 0


class _Block(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.norm, self.runs = nn.BatchNorm2d(3), 0

    def forward(self, x: Tensor) -> Tensor:
        self.runs += 1
        return self.norm(x)


def test_a_checkpoint_is_not_run_for_a_look_at_it() -> None:
    block, leaf = _Block().eval(), torch.randn(1, 3, 4, 5, requires_grad=True)
    made = sound_batch_norm(checkpoint(block, leaf, use_reentrant=False).sum())
    assert block.runs == 1
    (found,) = torch.autograd.grad(made, leaf)
    assert torch.allclose(found, torch.ones(()), atol=1e-4)


def test_a_gradient_that_is_sound_is_not_copied() -> None:
    leaf = torch.randn(1, 3, 4, 5, requires_grad=True)
    made = sound_batch_norm(functional.batch_norm(leaf, torch.zeros(3), torch.ones(3)))
    seen: list[Tensor] = []
    assert made.grad_fn is not None
    made.grad_fn.register_prehook(lambda given: seen.extend(given[:1]))
    given = torch.randn(1, 3, 4, 5)
    torch.autograd.grad(made, leaf, given)
    assert seen[0].data_ptr() == given.data_ptr()
