"""The rules of LRP for convolutions and linear layers, by composite; zennit computes them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from torch import Tensor, nn

COMPOSITES = ("epsilon-plus", "alpha-beta", "epsilon-gamma-box")
Box = tuple["Tensor", "Tensor"]
"""The lowest and the highest input, `[1, C, 1, 1]`."""


@contextmanager
def ruled(layers: Sequence[nn.Module], composite: str, box: Box, *, bias: bool) -> Iterator[None]:
    """The backward pass of these layers hands on relevance by their rule.

    Args:
        layers: in the order in which they run; the first one sees the picture.
        bias: biases keep their share, which is then lost to the picture.
    """
    import torch

    zero = None if bias else ["bias"]
    handles = []
    try:
        for number, layer in enumerate(layers):
            linear = isinstance(layer, torch.nn.Linear)
            hook = _rule("linear" if linear else composite, zero, box, first=number == 0)
            handles.append((hook, hook.register(layer)))
        yield
    finally:
        for hook, registered in handles:
            registered.remove()
            hook.remove()


def _rule(composite: str, zero: list[str] | None, box: Box, *, first: bool) -> Any:
    from xai_core.attribution.relevance.library import zennit

    rules = zennit("rules")

    if composite == "linear":
        return rules.Epsilon(zero_params=zero)
    if composite == "epsilon-plus":
        return rules.ZPlus(zero_params=zero)
    if composite == "alpha-beta":
        return rules.AlphaBeta(alpha=2, beta=1, zero_params=zero)
    if first:
        return rules.ZBox(low=box[0], high=box[1], zero_params=zero)
    return rules.Gamma(gamma=0.25, zero_params=zero)
