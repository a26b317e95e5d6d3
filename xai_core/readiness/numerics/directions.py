"""Directions in input space along which a gradient is tried."""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor

WEIGHTED, PLAIN = 6, 4


def directions(gradient: Tensor) -> Mapping[str, list[Tensor]]:
    """Unit directions by group, the same at every call.

    `gradient`: along the gradient itself. `weighted`: random, weighted by |g|, where most of the
    derivative is. `plain`: random, also where the gradient is zero and should not be.
    """
    generator = torch.Generator().manual_seed(1)

    def normal() -> Tensor:
        noise = torch.randn(gradient.shape, generator=generator, dtype=torch.float64)
        return noise.to(gradient.device, gradient.dtype)

    return {
        "gradient": [_unit(gradient)],
        "weighted": [_unit(normal() * gradient.abs()) for _ in range(WEIGHTED)],
        "plain": [_unit(normal()) for _ in range(PLAIN)],
    }


def _unit(direction: Tensor) -> Tensor:
    largest = direction.abs().max().clamp_min(torch.finfo(direction.dtype).tiny)
    scaled = direction / largest  # first: squares of 1e-200 are 0
    return scaled / scaled.norm()
