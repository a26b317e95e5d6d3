"""What an inner layer gives, and the gradient of the score with respect to it."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from xai_core.attribution.layers import feature_layers
from xai_core.attribution.layers.tokens.order import row_by_row
from xai_core.base.errors import InputError, MethodError

if TYPE_CHECKING:
    from torch import Tensor, nn
    from torch.utils.hooks import RemovableHandle

    from xai_core.attribution.capabilities import Layer
    from xai_core.attribution.scorer import Scorer


@dataclass(frozen=True)
class View:
    """How a layer is looked at. of_input: at what goes into it. grid: `(h, w)` of its tokens, the
    last ones; None as it was seen.
    """

    of_input: bool = False
    grid: tuple[int, int] | None = None


SEEN = View()


def features_and_gradient(
    scorer: Scorer, inputs: Tensor, name: str, view: View = SEEN
) -> tuple[Tensor, Tensor]:
    """What a layer gives, and d score / d that: both `[B, K, h, w]`, whatever the layer's layout;
    a transformer's tokens are laid out on their grid, in their order.

    A layer that runs more than once counts where it ran last. Captum's Grad-CAM takes the channels
    to be on axis 1, and so pools the wrong axis in Keras; hence this.

    Raises:
        InputError: there is no such layer.
        MethodError: it gives no feature map, or the score does not depend on it.
    """
    import torch

    from xai_core.attribution.passes.batch_norm import sound_batch_norm

    clean = scorer.clean(inputs) if view == SEEN else None
    if clean is not None and (kept := clean.of_layer(name)) is not None:
        return kept
    with torch.enable_grad():
        ran = watched(scorer, inputs.detach().requires_grad_(True), name, view)
    gradient = _gradient(sound_batch_norm(ran.score.sum()), ran.output, name)
    return as_map(ran.output.detach(), ran.layer), as_map(gradient, ran.layer)


@dataclass(frozen=True)
class Ran:
    """One pass. score: `[B]`. output: of the layer where it ran last. times: how often it ran."""

    score: Tensor
    output: Tensor
    layer: Layer
    times: int


def watched(scorer: Scorer, inputs: Tensor, name: str, view: View = SEEN) -> Ran:
    """What a layer with a feature map gives on `[B, C, H, W]`. Raises as the function above."""
    from xai_core.attribution.layers.reading import read_layers
    from xai_core.attribution.layers.seen import seen_layers

    seen: list[Tensor] = []
    handle = _remembering(feature_layers.find(scorer.module, name), seen, of_input=view.of_input)
    try:
        with seen_layers(scorer.module) as ran:
            score = scorer(inputs)
    finally:
        handle.remove()
    layers = read_layers(scorer.module, inputs, ran)
    layer = next((one for one in layers if one.name == name), None)
    if seen and layer is not None and view.grid is not None:
        layer = _laid(layer, seen[-1], view.grid)
    if not seen or layer is None or not layer.spatial:
        why = f" {layer.refused}" if layer is not None and layer.refused else ""
        raise MethodError(
            f"The layer {name!r} gives no feature map.{why}",
            f"Layers that give one: {feature_layers.existing(layers)}.",
            code="no-spatial-layer",
        )
    return Ran(score, seen[-1], layer, len(seen))


def _remembering(layer: nn.Module, seen: list[Tensor], *, of_input: bool) -> RemovableHandle:
    """Keeps what goes into a layer or comes out of it, each time that it runs."""
    import torch

    def remember(_: nn.Module, __: Any, output: Any) -> Any:
        first = output[0] if isinstance(output, list | tuple) and output else output
        if isinstance(first, torch.Tensor):
            seen.append(first)
        return (
            output.clone() if isinstance(output, torch.Tensor) else output
        )  # later layers may work in place

    def look(_: nn.Module, given: Any) -> Any:
        if not (given and isinstance(given[0], torch.Tensor)):
            return None
        seen.append(given[0])
        return (given[0].clone(), *given[1:])

    if of_input:
        return layer.register_forward_pre_hook(look)
    return layer.register_forward_hook(remember)


def _laid(layer: Layer, tokens: Tensor, grid: tuple[int, int]) -> Layer:
    """The layer with its last tokens on a grid that was asked for."""
    if tokens.ndim != 3 or tokens.shape[1] < math.prod(grid):
        raise InputError(
            f"An output of shape {list(tokens.shape)} cannot be laid on a grid of "
            f"{grid[0]}×{grid[1]}.",
            "Leave `reshape` empty, or choose a layer that gives tokens.",
        )
    prefix = tokens.shape[1] - math.prod(grid)
    return replace(layer, spatial=True, grid=grid, prefix=prefix, layout="NLC", order=())


def as_map(values: Tensor, layer: Layer) -> Tensor:
    """`[B, K, h, w]` of a map in any layout, or of tokens in any order."""
    import torch

    if layer.layout != "NLC":
        return values.permute([layer.layout.index(axis) for axis in "NCHW"])
    grid = layer.grid or (0, 0)
    tokens = values.flatten(1, -2)[:, layer.prefix : layer.prefix + math.prod(grid)]
    if layer.order:
        tokens = tokens[:, torch.from_numpy(row_by_row(layer.order, grid)).to(tokens.device)]
    return tokens.transpose(1, 2).reshape(len(values), -1, *grid)


def _gradient(score: Tensor, features: Tensor, name: str) -> Tensor:
    import torch

    gradient = None
    if score.requires_grad and features.requires_grad:
        (gradient,) = torch.autograd.grad(score, features, allow_unused=True)
    if gradient is None:
        raise MethodError(
            f"The score does not depend on the layer {name!r} in a differentiable way.",
            "Choose another layer, or see the readiness check.",
            code="no-gradient",
        )
    return gradient
