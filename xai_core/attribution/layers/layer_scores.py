"""The score that each layer of a vision transformer would give, and its attention."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from xai_core.base.errors import MethodError

if TYPE_CHECKING:
    from torch import Tensor, nn

    from xai_core.attribution.capabilities import Layer
    from xai_core.attribution.scorer import Scorer


def layer_slopes(scorer: Scorer, inputs: Tensor) -> tuple[list[Tensor], Layer]:
    """d sₗ / d Aₗ of every layer, `[heads, N, N]`, and a layer whose tokens lie on the picture.

    sₗ is the score with the mean of layer l's tokens in the place of all that the last layer gives:
    then a class token and an average over tokens are the same. Two passes.

    Raises:
        MethodError: as for attention rollout; or the layers cannot be told apart.
    """
    import torch

    from xai_core.attribution.layers.attention import AttentionWeights, tokens_of
    from xai_core.attribution.layers.reading import read_layers
    from xai_core.attribution.layers.seen import seen_layers
    from xai_core.attribution.passes.calls import Calls
    from xai_core.attribution.passes.final_activation import shown
    from xai_core.attribution.passes.rectifiers import hidden

    if hidden(scorer.module):
        raise MethodError(
            "The layers of a TorchScript model are out of sight, and so is their attention.",
            "Load the original PyTorch model.",
            code="layers-hidden",
        )
    outputs: dict[nn.Module, Tensor] = {}
    seen, plain = AttentionWeights(), scorer.unfolded()
    with torch.enable_grad(), _kept(plain.module, outputs), seen_layers(plain.module) as ran:
        with Calls(seen.watch):
            plain(inputs.detach().requires_grad_(True))
        weights = seen.of_all_tokens()
        blocks = _blocks(plain.module, outputs, len(weights))
        means = torch.cat([outputs[block].mean(1, keepdim=True) for block in blocks])
        stacked = means.expand(-1, outputs[blocks[-1]].shape[1], -1)
        layers = read_layers(plain.module, inputs, ran)
    with torch.enable_grad(), _given(blocks[-1], stacked):
        output = shown(plain.call, plain.score.before)(inputs.clone())
        scores = plain.score(output, len(blocks))
        plain.meter.advance(1)
    slopes = [
        torch.autograd.grad(score, weight, retain_graph=True, allow_unused=True)[0]
        for score, weight in zip(scores, weights, strict=True)
    ]
    known = [torch.zeros_like(w) if s is None else s for s, w in zip(slopes, weights, strict=True)]
    count = weights[0].shape[-1]
    return [one.reshape(-1, count, count) for one in known], tokens_of(layers, count)


@contextmanager
def _kept(module: nn.Module, outputs: dict[nn.Module, Tensor]) -> Iterator[None]:
    """What each layer gives, where that is `[1, N, D]`."""
    import torch

    def keep(child: nn.Module, _: Any, output: Any) -> None:
        first = output[0] if isinstance(output, tuple) and output else output
        if isinstance(first, torch.Tensor) and first.ndim == 3 and len(first) == 1:
            outputs[child] = first

    handles = [child.register_forward_hook(keep) for child in module.modules()]
    try:
        yield
    finally:
        for handle in handles:
            handle.remove()


@contextmanager
def _given(block: nn.Module, tokens: Tensor) -> Iterator[None]:
    """The block gives these tokens instead of its own."""

    def give(_: nn.Module, __: Any, output: Any) -> Any:
        return (tokens, *output[1:]) if isinstance(output, tuple) else tokens

    handle = block.register_forward_hook(give)
    try:
        yield
    finally:
        handle.remove()


def _blocks(module: nn.Module, outputs: dict[nn.Module, Tensor], count: int) -> list[nn.Module]:
    """As many parts of one kind side by side as there are layers that attend."""
    for parent in module.modules():
        children = [child for child in parent.children() if child in outputs]
        kinds = {type(child) for child in children}
        for kind in kinds:
            alike = [child for child in children if type(child) is kind and any(child.children())]
            if len(alike) == count:
                return alike
    raise MethodError(
        "Which parts of this model are the layers of its transformer cannot be told.",
        "Choose Gradient attention rollout.",
        code="no-attention",
    )
