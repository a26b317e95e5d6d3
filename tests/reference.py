"""Every formula once more: slow, plain, next to its paper. What the methods are compared with."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from itertools import count
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn


class GuidedReLU(torch.autograd.Function):
    """Springenberg et al. 2014: R_l = (f_l > 0) · (R_{l+1} > 0) · R_{l+1}, up to a ceiling."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, ceiling: float) -> Tensor:
        ctx.save_for_backward(x)
        ctx.ceiling = ceiling
        return x.clamp(0, ceiling)

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, None]:
        (x,), gradient = ctx.saved_tensors, gradients[0]
        return gradient * (gradient > 0) * (x > 0) * (x < ctx.ceiling), None


class DeconvReLU(torch.autograd.Function):
    """Zeiler & Fergus 2013: R_l = (R_{l+1} > 0) · R_{l+1}."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, ceiling: float) -> Tensor:
        return x.clamp(0, ceiling)

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, None]:
        return gradients[0] * (gradients[0] > 0), None


def gradient(net: nn.Module, x: Tensor, target: int) -> Tensor:
    """d score / d x by backpropagation, `[1, C, H, W]`."""
    leaf = x.clone().requires_grad_(True)
    net(leaf)[:, target].sum().backward()
    assert leaf.grad is not None
    return leaf.grad


def difference_quotients(net: nn.Module, x: Tensor, target: int, step: float = 1e-5) -> Tensor:
    """d score / d x by central differences, one pixel at a time, in double precision."""
    net, x = copy.deepcopy(net).double(), x.double()
    result = torch.zeros_like(x)
    with torch.no_grad():
        for index in np.ndindex(*x.shape):
            up, down = x.clone(), x.clone()
            up[index] += step
            down[index] -= step
            result[index] = (net(up)[0, target] - net(down)[0, target]) / (2 * step)
    return result


def normal_draws(
    seed: int, stream: int, size: int, mean: float = 0.0, std: float = 1.0
) -> Iterator[Tensor]:
    """`size` numbers at a time; a generator for each 2¹⁸ of them, or what is left."""
    for at in count():
        parts = range(0, size, 2**18)
        keys = [(stream, at * len(parts) + part) for part in range(len(parts))]
        seeds = [np.random.SeedSequence(seed, spawn_key=key).generate_state(1)[0] for key in keys]
        yield torch.cat(
            [
                torch.empty(min(2**18, size - start)).normal_(
                    mean, std, generator=torch.Generator().manual_seed(int(one))
                )
                for start, one in zip(parts, seeds, strict=True)
            ]
        )


def fusiongrad(
    net: nn.Module,
    x: Tensor,
    target: int,
    seed: int,
    *,
    n: int,
    m: int,
    mean: float = 1.0,
    std: float = 0.0,
    sg_mean: float = 0.0,
    sg_std: float = 0.0,
    noise_type: str = "multiplicative",
    average: str = "absolute",
    first: int | None = None,
) -> Tensor:
    """Bykov et al. 2022: nm single passes, the net copied afresh for every draw of its weights.

    `first`: only so many of the m inputs of each draw are explained.
    """
    sizes = [weight.numel() for weight in net.parameters()]
    weight_draws = normal_draws(seed, 0, sum(sizes), mean, std)
    input_draws = normal_draws(seed, 1, x.numel(), sg_mean, sg_std)
    total = torch.zeros_like(x, dtype=torch.float64)
    for _ in range(n):
        noisy = copy.deepcopy(net)
        drawn = next(weight_draws).split(sizes)
        for weight, numbers in zip(noisy.parameters(), drawn, strict=True):
            eta = numbers.view_as(weight)
            weight.data = weight.data * eta if noise_type == "multiplicative" else weight.data + eta
        for place in range(m):
            xi = next(input_draws).view_as(x)
            if first is not None and place >= first:
                continue
            explanation = gradient(noisy, x + xi, target)
            total += explanation.abs() if average == "absolute" else explanation
    return total / (n * (first or m))


def integrated_gradients(
    net: nn.Module, x: Tensor, target: int, baseline: float, steps: int
) -> Tensor:
    """Sundararajan et al. 2017, by the midpoint rule."""
    start = torch.full_like(x, baseline)
    points = [(step + 0.5) / steps for step in range(steps)]
    slopes = [gradient(net, start + point * (x - start), target) for point in points]
    return (x - start) * torch.stack(slopes).mean(0)


def occlusion(
    net: Callable[[Tensor], Tensor], x: Tensor, target: int, window: int, stride: int
) -> Tensor:
    """Zeiler & Fergus 2013: the drop of the score, averaged over the windows of each pixel."""
    drops, counts = torch.zeros_like(x), torch.zeros_like(x)
    height, width = x.shape[2:]
    for top in _starts(height, window, stride):
        for left in _starts(width, window, stride):
            place = (..., slice(top, top + window), slice(left, left + window))
            covered = x.clone()
            covered[place] = 0
            with torch.no_grad():
                drops[place] += (net(x) - net(covered))[0, target]
            counts[place] += 1
    return drops / counts


def grad_cam(features: Tensor, slopes: Tensor) -> Tensor:
    """Selvaraju et al. 2017: ReLU(Σₖ αₖ Aₖ), αₖ the mean slope of feature map k."""
    cam = torch.zeros(features.shape[2:])
    for k in range(features.shape[1]):
        cam += slopes[0, k].mean() * features[0, k]
    return cam.clamp(min=0)


def entropy(values: np.ndarray) -> float:
    """Quantus' Complexity of one map, in nats."""
    shares = np.abs(values).astype(np.float64).ravel()
    shares = shares / shares.sum()
    shares = shares[shares > 0]
    return float(-(shares * np.log(shares)).sum())


def _starts(length: int, window: int, stride: int) -> range:
    return range(0, length - window + stride, stride) if length > window else range(1)
