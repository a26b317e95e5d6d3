"""A model that has forgotten most of what it learned: its weights' numbers in another order.

The cascading randomisation of Adebayo et al. 2018 (arXiv 1810.03292): layers lose their weights
from the output down. They draw new weights from the initialiser, which a file does not tell. Here
the elements of each tensor change places, so that its mean, its spread and every outlier stay.
Statistics of batch normalisation are buffers and stay.

Why three quarters and not all: the test asks what a map owes to what was learned, and the layers
next to the picture, which hold few weights, see edges in any sound network. On EfficientNet-Lite0
with all weights permuted the statistics of batch normalisation fit nothing any more, most
rectifiers are shut, and every method gives speckle, Guided Backprop too.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from xai_core.base.errors import InputError, MethodError

if TYPE_CHECKING:
    import torch
    from torch import Tensor, nn

SHARE = 0.75  # of all weights, counted from the output
NONE = (
    "This model has no floating-point parameters to randomise: its weights are constants (a frozen "
    "or converted model) or integers (a quantised one)."
)


@contextmanager
def randomised(module: nn.Module, seed: int = 0, share: float = SHARE) -> Iterator[nn.Module]:
    """The module with the elements of its last parameters permuted, tensor by tensor.

    A parameter that several layers share is permuted once, and stays shared. At the end every
    parameter has its own values again, bit for bit, also after a failure.

    Args:
        seed: of the permutations, the same on every device.
        share: in (0, 1]; whole tensors are permuted, from the last that the module lists, until
            at least this share of all floating-point weights is.

    Raises:
        MethodError: there is nothing to randomise (`no-float-parameters`).
    """
    import torch

    weights = _last(module, share)
    originals = [weight.clone() for weight in weights]
    generator = _generator(seed)
    try:
        with torch.no_grad():
            for weight, original in zip(weights, originals, strict=True):
                weight.copy_(permuted(original, generator))
        yield module
    finally:
        with torch.no_grad():
            for weight, original in zip(weights, originals, strict=True):
                weight.copy_(original)


def permuted(tensor: Tensor, generator: torch.Generator) -> Tensor:
    """The same numbers in another order, drawn on the CPU."""
    import torch

    order = torch.randperm(tensor.numel(), generator=generator).to(tensor.device)
    return tensor.flatten()[order].view(tensor.shape)


def _last(module: nn.Module, share: float) -> list[Tensor]:
    if not 0 < share <= 1:
        raise InputError(f"The share of random weights lies in (0, 1], not at {share}.")
    weights = [one.detach() for one in module.parameters() if one.is_floating_point()]
    if not weights:
        raise MethodError(
            NONE, "Load the original model to randomise it.", code="no-float-parameters"
        )
    wanted = share * sum(weight.numel() for weight in weights)
    chosen: list[Tensor] = []
    while sum(weight.numel() for weight in chosen) < wanted:
        chosen.append(weights.pop())
    return chosen


def _generator(seed: int) -> torch.Generator:
    """Apart from the generators of the noise methods, which start from the same seed."""
    import numpy as np
    import torch

    (own,) = np.random.SeedSequence(seed).spawn(1)
    return torch.Generator().manual_seed(int(own.generate_state(1, np.uint64)[0]))
