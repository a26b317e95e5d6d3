"""One forward and one backward pass that tell what a model offers to attribution methods."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from xai_core.attribution.capabilities import Capabilities, Layer
from xai_core.attribution.forward import run
from xai_core.base.borrow import borrowed
from xai_core.base.errors import XaiError

if TYPE_CHECKING:
    from torch import Tensor, nn

MAX_PREFIX = 8  # a class token, a distillation token, a few registers


def probe(module: nn.Module, inputs: Tensor, target: int | None = None) -> Capabilities:
    """What `module` was seen to do on `inputs` (float32 `[B, C, H, W]`, on its device).

    Raises:
        ModelError: the forward pass fails.
    """
    import torch

    from xai_core.attribution.passes.lineage import observed
    from xai_core.attribution.passes.rectifiers import RectifierCount
    from xai_core.targets import main_output, pick, resolve_target, score_matrix
    from xai_core.targets.marks import mark_of

    floats = sum(p.numel() for p in module.parameters() if p.is_floating_point())
    leaf = inputs.detach().requires_grad_(True)
    with borrowed(module), torch.enable_grad(), seen_layers(module) as layers:
        with RectifierCount() as rectifiers:
            output = run(observed(module), leaf)
        try:
            tensor = main_output(output)[1]
            before = mark_of(tensor).before
            scores = score_matrix(tensor if before is None else before, len(leaf))
            score = pick(scores, resolve_target(scores, target)[0]).sum()
        except XaiError as cause:
            return Capabilities(
                True, False, rectifiers.count, floats, tuple(layers), None, cause.message
            )
        reason = _why_no_gradient(score, leaf)
    return Capabilities(
        predicts=bool(torch.isfinite(score.detach())),
        input_gradient=reason is None,
        rectifiers=rectifiers.count,
        float_parameters=floats,
        layers=tuple(layers),
        output_shape=tuple(tensor.shape),
        why_no_gradient=reason,
    )


def _why_no_gradient(score: Tensor, leaf: Tensor) -> str | None:
    import torch

    if not score.requires_grad:
        return "The score is not connected to the input by differentiable operations."
    try:
        (gradient,) = torch.autograd.grad(score, leaf, allow_unused=True)
    except RuntimeError as cause:
        return f"The backward pass fails: {cause}"
    if gradient is None:
        return "The gradient of the score does not reach the input."
    if not bool(gradient.isfinite().all()):
        return "The gradient of the score has values that are not finite."
    if not bool(gradient.any()):
        return "The gradient of the score is zero everywhere."
    return None


@contextmanager
def seen_layers(module: nn.Module) -> Iterator[list[Layer]]:
    """Fills a list with every inner layer in the order in which it first runs.

    A module whose layers cannot be hooked (TorchScript) gives an empty list.
    """
    import torch

    layers: dict[str, Layer] = {}
    result: list[Layer] = []
    handles = []
    last = channels_last(module)

    def remember(name: str) -> Any:
        def hook(layer: nn.Module, _: Any, output: Any) -> None:
            if name not in layers:
                layers[name] = _layer(name, layer, output, last, result)
                result.append(layers[name])

        return hook

    if not isinstance(module, torch.jit.ScriptModule):
        for name, child in module.named_modules():
            if name and not isinstance(child, torch.jit.ScriptModule):
                handles.append(child.register_forward_hook(remember(name)))
    try:
        yield result
    finally:
        for handle in handles:
            handle.remove()


def channels_last(module: nn.Module) -> bool:
    """Whether feature maps are `[B, h, w, C]`, as Keras has them and its layers say."""
    return any(getattr(child, "data_format", None) == "channels_last" for child in module.modules())


def spatial_size(shape: tuple[int, ...], last: bool) -> tuple[int, ...]:
    """`(h, w)` of a feature map's shape; empty for any other shape."""
    if len(shape) != 4:
        return ()
    return shape[1:3] if last else shape[2:]


def _layer(name: str, layer: nn.Module, output: Any, last: bool, earlier: Sequence[Layer]) -> Layer:
    import torch

    if isinstance(output, list | tuple) and output:
        output = output[0]
    shape = tuple(output.shape) if isinstance(output, torch.Tensor) else None
    own = sum(p.numel() for p in layer.parameters(recurse=False))
    grid, prefix = _grid(shape or (), last, earlier)
    return Layer(name, type(layer).__name__, own, shape, grid is not None, grid, prefix)


def _grid(
    shape: tuple[int, ...], last: bool, earlier: Sequence[Layer]
) -> tuple[tuple[int, int] | None, int]:
    size = spatial_size(shape, last)
    if size:
        return ((size[0], size[1]) if math.prod(size) > 1 else None), 0
    if len(shape) == 3:
        return token_grid(shape, earlier)
    return None, 0


def token_grid(
    shape: tuple[int, ...], earlier: Sequence[Layer]
) -> tuple[tuple[int, int] | None, int]:
    """The grid behind `[B, N, C]` tokens, and how many tokens stand before it.

    Tokens count as a map only where an earlier layer gave the map that they were cut from: the
    patch embedding, of as many channels. A sequence of another origin has no places in a picture.
    """
    for layer in earlier:
        if layer.grid is None or layer.output_shape is None or len(layer.output_shape) != 4:
            continue
        prefix = shape[1] - math.prod(layer.grid)
        if layer.output_shape[1] == shape[2] and 0 <= prefix <= MAX_PREFIX:
            return layer.grid, prefix
    return None, 0
