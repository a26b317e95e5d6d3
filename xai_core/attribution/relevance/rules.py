"""The rules of LRP for convolutions and linear layers, by composite; zennit computes them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from torch import Tensor, nn

    from xai_core.attribution.relevance.ruled_layer import RuledLayer

COMPOSITES = ("epsilon-plus", "alpha-beta", "epsilon-gamma-box")
ALPHA, BETA, GAMMA = 2, 1, 0.25
Box = tuple["Tensor", "Tensor"]
"""The lowest and the highest input, `[1, C, 1, 1]`."""


@contextmanager
def ruled(
    layers: Sequence[nn.Module], composite: str, box: Box, *, bias: bool
) -> Iterator[list[RuledLayer]]:
    """The backward pass of these layers hands on relevance by their rule.

    Args:
        layers: in the order in which they run; the first one sees the picture.
        bias: biases keep their share, which is then lost to the picture.
    """
    import torch

    from xai_core.attribution.relevance.ruled_layer import RuledLayer

    zero = None if bias else ["bias"]
    with ExitStack() as afterwards:
        found = []
        for number, layer in enumerate(layers):
            linear = isinstance(layer, torch.nn.Linear)
            name = "linear" if linear else composite
            rule = _rule(name, zero, box, first=number == 0)
            boxed = number == 0 and composite == "epsilon-gamma-box"
            found.append(RuledLayer(layer, rule, None if boxed else _of_positive(name, zero)))
            afterwards.enter_context(found[-1].standing_in())
        yield found


def _rule(composite: str, zero: list[str] | None, box: Box, *, first: bool) -> Any:
    from xai_core.attribution.relevance.library import zennit

    rules = zennit("rules")

    if composite == "linear":
        return rules.Epsilon(zero_params=zero)
    if composite == "epsilon-plus":
        return rules.ZPlus(zero_params=zero)
    if composite == "alpha-beta":
        return rules.AlphaBeta(alpha=ALPHA, beta=BETA, zero_params=zero)
    if first:
        return rules.ZBox(low=box[0], high=box[1], zero_params=zero)
    found = rules.Gamma(gamma=GAMMA, zero_params=zero)
    found.param_modifiers = [*found.param_modifiers[:-1], _sign(zero)]
    return found


def _sign(zero: list[str] | None) -> Any:
    """Gives the outputs by whose sign γ goes: without the bias where the denominators lack it.

    zennit takes the sign with the bias then, and divides by what may be zero: the relevance of
    EfficientNet-Lite0, whose batch norms are merged into large biases, leaves float32 at once.
    """
    from xai_core.attribution.relevance.library import zennit

    return zennit("core").ParamMod.ensure(zennit("rules").NoMod(zero_params=zero))


def _of_positive(composite: str, zero: list[str] | None) -> Any:
    """The same rule for an input without a negative value, of which half the terms are 0."""
    import torch

    from xai_core.attribution.relevance.library import zennit

    rules, how = zennit("rules"), {"zero_params": zero}
    up, down = rules.ClampMod(min=0.0, **how), rules.ClampMod(max=0.0, **how)
    apart = {"input_modifiers": [torch.clone] * 3}  # each term has a gradient of its own
    hook = zennit("core").BasicHook
    if composite == "linear":
        return None
    if composite == "epsilon-plus":
        return hook(param_modifiers=[up])
    if composite == "alpha-beta":
        apart = {"input_modifiers": [torch.clone] * 2}
        return hook(param_modifiers=[up, down], reducer=_alpha_beta, **apart)
    more = [rules.GammaMod(GAMMA, min=0.0, **how), rules.GammaMod(GAMMA, max=0.0, **how)]
    mods = [*more, _sign(zero)]
    return hook(param_modifiers=mods, gradient_mapper=_gamma, reducer=_both, **apart)


def _alpha_beta(inputs: list[Tensor], gradients: list[Tensor]) -> Tensor:
    return ALPHA * inputs[0] * gradients[0] - BETA * inputs[1] * gradients[1]


def _gamma(relevance: Tensor, outputs: list[Tensor]) -> list[Tensor]:
    import torch

    from xai_core.attribution.relevance.shares import stable

    up, down, plain = outputs
    return [
        (plain > 0) * relevance / stable(up),
        (plain < 0) * relevance / stable(down),
        torch.zeros_like(relevance),
    ]


def _both(inputs: list[Tensor], gradients: list[Tensor]) -> Tensor:
    return inputs[0] * gradients[0] + inputs[1] * gradients[1]
