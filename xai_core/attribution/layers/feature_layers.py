"""Which layer a class activation map is made of."""

from __future__ import annotations

import difflib
import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from xai_core.attribution.capabilities import Capabilities, Layer
from xai_core.attribution.layers.reached import reached
from xai_core.base.errors import InputError, MethodError
from xai_core.targets.kinds.base import TARGETS

if TYPE_CHECKING:
    from torch import Tensor, nn

    from xai_core.attribution.scorer import Scorer

PASSIVE = ("pool", "dropout", "identity", "upsample", "pad", "flatten", "droppath", "permute")

LISTED = 8

NONE = (
    "No layer of this model gives a feature map that can be read: it has no spatial layers, "
    "or they are out of sight (TorchScript, exported graphs)."
)


def why_not(capabilities: Capabilities) -> str | None:
    """The reason why a model offers no feature map to a method; None where it does."""
    return None if capabilities.spatial_layers else NONE


def propose(layers: Sequence[Layer], output_shape: tuple[int, ...]) -> Layer:
    """The layer that is taken when none is asked for.

    Of a classifier it is the last one with a feature map, the deepest view that still knows
    where things are; of a model with a dense output the last at the smallest size. Layers that
    only pass features on (pooling, dropout) come after all others.

    Raises:
        MethodError: there is none (`no-spatial-layer`).
    """
    spatial = [layer for layer in layers if layer.spatial]
    if not spatial:
        raise MethodError(NONE, "Choose a gradient method.", code="no-spatial-layer")
    spatial = _before_last_attention(layers, spatial)
    active = [layer for layer in spatial if not _passive(layer)] or spatial
    if len(output_shape) > 2:
        smallest = min(map(_size, active))
        active = [layer for layer in active if _size(layer) == smallest]
    return active[-1]


def find(module: nn.Module, name: str) -> nn.Module:
    """The layer of that dotted name.

    Raises:
        InputError: there is no such layer.
    """
    layers = dict(module.named_modules())
    if name in layers and name:
        return layers[name]
    if "," in name:
        raise InputError(
            f"One map is of one layer, not of {name!r}.", "Explain each of the layers by itself."
        )
    near = difflib.get_close_matches(name, layers, n=3)
    raise InputError(
        f"The model has no layer {name!r}.",
        f"Did you mean {' or '.join(near)}?" if near else f"There are: {_listed(list(layers))}.",
    )


def existing(layers: Sequence[Layer]) -> str:
    """The layers that a map can be made of, with sizes and readings, for a person."""
    told = [
        f"{one.name} ({one.grid[0]}×{one.grid[1]}) {one.reading}"
        for one in layers
        if one.spatial and one.grid
    ]
    return _listed(told) if told else "none"


def _listed(names: Sequence[str]) -> str:
    """The last ones, which are the deepest, and how many there are."""
    known = [name for name in names if name]
    more = f"{len(known) - LISTED} more, " if len(known) > LISTED else ""
    return more + ", ".join(known[-LISTED:])


def proposed(scorer: Scorer, inputs: Tensor) -> str:
    """The name of the layer that is taken when none is asked for; takes one forward pass.

    Raises:
        MethodError: there is none (`no-spatial-layer`).
    """
    import torch

    from xai_core.attribution.layers.reading import read_layers
    from xai_core.attribution.layers.seen import seen_layers
    from xai_core.attribution.passes.final_activation import shown
    from xai_core.targets.detections import listed
    from xai_core.targets.outputs import scored

    with torch.no_grad(), seen_layers(scorer.module) as seen:
        output = shown(scorer.module, scorer.score.before)(inputs.clone())
    scorer.of_output(output, len(inputs))
    layers = read_layers(scorer.module, inputs, seen)
    if listed(output) is not None:
        return _before_pyramid(scorer, inputs, layers)
    if TARGETS[scorer.score.explained.target.kind].inner:
        used = reached(scorer, inputs, [one.name for one in layers if one.spatial])
        return propose([one for one in layers if one.name in used], (1, 1)).name
    shape = tuple(scored(output, scorer.score.explained.chosen).shape)
    return propose(layers, shape).name


def _before_pyramid(scorer: Scorer, inputs: Tensor, layers: Sequence[Layer]) -> str:
    """Of a detector: the last layer that the score depends on before maps become larger again.

    Behind it are the levels of a pyramid, of which a box's score needs a few.
    """
    shrinking: list[Layer] = []
    for layer in (one for one in layers if one.spatial and not _passive(one)):
        if shrinking and _size(layer) > min(map(_size, shrinking[-1:])):
            break
        shrinking.append(layer)
    used = reached(scorer, inputs, [layer.name for layer in shrinking])
    return propose([layer for layer in shrinking if layer.name in used], (1, 1)).name


def _before_last_attention(layers: Sequence[Layer], spatial: list[Layer]) -> list[Layer]:
    """Layers whose tokens still reach the score: behind the last attention only the class token
    does, where the model has one.
    """
    attention = [layer.name for layer in layers if _attends(layer)]
    inner = [
        one for one in attention if not any(other.startswith(f"{one}.") for other in attention)
    ]
    if not inner or not any(layer.prefix for layer in spatial):
        return spatial
    last = inner[-1]  # and not the block around it, whose norm still sees all tokens
    first = next(n for n, layer in enumerate(layers) if f"{layer.name}.".startswith(f"{last}."))
    names = {layer.name for layer in layers[:first]}
    return [layer for layer in spatial if layer.name in names] or spatial


def _attends(layer: Layer) -> bool:
    return any(word in layer.kind.lower() for word in ("attention", "attn"))


def _passive(layer: Layer) -> bool:
    return any(word in layer.kind.lower() for word in PASSIVE)


def _size(layer: Layer) -> int:
    return math.prod(layer.grid or (layer.output_shape or ())[2:])
