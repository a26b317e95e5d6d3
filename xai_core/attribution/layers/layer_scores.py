"""The score that each layer of a vision transformer would give, and its attention."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from xai_core.attribution.layers.attention import AttentionWeights, tokens_of
from xai_core.base.errors import MethodError

if TYPE_CHECKING:
    from torch import Tensor, nn

    from xai_core.attribution.capabilities import Layer
    from xai_core.attribution.scorer import Scorer


@dataclass
class Kept:
    """A pass on one picture, whose graph is alive.

    Attributes:
        outputs: what each part gave, where that is `[1, N, D]`. in_tuples: those that gave it first
            in a tuple. attention: of all layers. ran: what is known of each part.
    """

    attention: AttentionWeights
    outputs: dict[nn.Module, Tensor] = field(default_factory=dict)
    in_tuples: set[nn.Module] = field(default_factory=set)
    ran: Any = None


def kept(call: Callable[[Tensor], Any], module: nn.Module, inputs: Tensor) -> tuple[Any, Kept]:
    """`call(inputs)`, which runs the module, and what is kept of it."""
    import torch

    from xai_core.attribution.layers.seen import seen_layers
    from xai_core.attribution.layers.tokens.products import TokenProducts
    from xai_core.attribution.passes.calls import Calls

    found = Kept(AttentionWeights())
    watching = found_in(module, found), seen_layers(module)
    products, attention = Calls(TokenProducts().watch), Calls(found.attention.watch)
    with torch.enable_grad(), watching[0], watching[1] as found.ran, products, attention:
        output = call(inputs.detach().requires_grad_(True).clone())
    return output, found


def layer_slopes(
    scorer: Scorer, inputs: Tensor, seen: Kept | None = None
) -> tuple[list[Tensor], Layer]:
    """d sₗ / d Aₗ of every layer, `[heads, N, N]`, and a layer whose tokens lie on the picture.

    sₗ is the score with the mean of layer l's tokens in the place of all that the last layer gives:
    then a class token and an average over tokens are the same. Two passes, of which the second
    runs one layer. seen: the first one, where it is over.

    Raises:
        MethodError: as for attention rollout; or the layers cannot be told apart.
    """
    import torch

    from xai_core.attribution.layers.reading import read_layers
    from xai_core.attribution.passes.final_activation import shown
    from xai_core.attribution.passes.rectifiers import hidden

    if hidden(scorer.module):
        raise MethodError(
            "The layers of a TorchScript model are out of sight, and so is their attention.",
            "Load the original PyTorch model.",
            code="layers-hidden",
        )
    plain = scorer.unfolded()
    if seen is None:
        _, seen = kept(plain.call, plain.module, inputs)
    plain.meter.advance(1)
    weights = seen.attention.of_all_tokens()
    blocks = _blocks(plain.module, seen.outputs, len(weights))
    made = [seen.outputs[block] for block in blocks]
    means = torch.cat([one.detach().mean(1, keepdim=True) for one in made])
    layers = read_layers(plain.module, inputs, seen.ran)
    with torch.enable_grad():
        stacked = means.requires_grad_(True).expand(-1, made[-1].shape[1], -1)
        with _given(blocks, stacked, seen.in_tuples):
            output = shown(plain.call, plain.score.before)(inputs.clone())
        scores = plain.score(output, len(blocks))
    rises = torch.autograd.grad(scores.sum(), means)[0] / stacked.shape[1]  # of a layer's token
    # One block at a time: later ones depend on its attention, too.
    slopes = [_slope(*one) for one in zip(made, weights, rises, strict=True)]
    count = weights[0].shape[-1]
    return [one.reshape(-1, count, count) for one in slopes], tokens_of(layers, count)


def _slope(made: Tensor, weight: Tensor, rise: Tensor) -> Tensor:
    """Of what one block gives, times `rise`, by its attention."""
    import torch

    (found,) = torch.autograd.grad(
        made, weight, rise.expand_as(made), retain_graph=True, allow_unused=True
    )
    return torch.zeros_like(weight) if found is None else found


@contextmanager
def found_in(module: nn.Module, found: Kept) -> Iterator[None]:
    """What each part gives goes into `outputs`."""
    import torch

    def keep(child: nn.Module, _: Any, output: Any) -> None:
        first = output[0] if isinstance(output, tuple) and output else output
        if isinstance(first, torch.Tensor) and first.ndim == 3 and len(first) == 1:
            found.outputs[child] = first
            in_tuples = found.in_tuples
            (in_tuples.add if isinstance(output, tuple) else in_tuples.discard)(child)

    handles = [child.register_forward_hook(keep) for child in module.modules()]
    try:
        yield
    finally:
        for handle in handles:
            handle.remove()


@contextmanager
def _given(
    blocks: Sequence[nn.Module], tokens: Tensor, in_tuples: set[nn.Module]
) -> Iterator[None]:
    """The last block gives these tokens instead of its own, and those before it what they get."""

    def give(_: nn.Module, __: Any, output: Any) -> Any:
        return (tokens, *output[1:]) if isinstance(output, tuple) else tokens

    handle = blocks[-1].register_forward_hook(give)
    skipped = [one for one in blocks[:-1] if "forward" not in vars(one)]
    for one in skipped:
        vars(one)["forward"] = _passed_in_tuple if one in in_tuples else _passed_on
    try:
        yield
    finally:
        handle.remove()
        for one in skipped:
            del vars(one)["forward"]


def _passed_on(tokens: Tensor, *_: Any, **__: Any) -> Tensor:
    return tokens


def _passed_in_tuple(tokens: Tensor, *_: Any, **__: Any) -> tuple[Tensor]:
    return (tokens,)


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
