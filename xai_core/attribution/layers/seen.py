"""The inner layers that run in a forward pass, as they are seen from outside."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from xai_core.attribution.capabilities import Layer
from xai_core.attribution.layers.defined_layout import defined_layout, layout_of_keras

if TYPE_CHECKING:
    from torch import Tensor, nn

REARRANGING = frozenset(
    {
        *("permute", "transpose", "swapaxes", "swapdims", "movedim", "moveaxis", "einsum"),
        *("linear", "layer_norm", "native_layer_norm"),
    }
)
"""Calls that leave the channels on another axis than the second, or have them there."""


class Seen(list[Layer]):
    """Layers in the order in which they first run.

    Attributes:
        rearranged: some call moved axes or worked on the last one, so that a map whose layer does
            not define its layout may lie in any.
        resized: names of layers that ran more than once, with maps of different sizes.
    """

    def __init__(self, layers: Iterable[Layer] = ()) -> None:
        super().__init__(layers)
        self.rearranged = False
        self.resized: set[str] = set()


@contextmanager
def seen_layers(module: nn.Module) -> Iterator[Seen]:
    """Fills a list with every inner layer; `reading.read_layers` then says how each is read.

    A module whose layers cannot be hooked (TorchScript) gives an empty list.
    """
    from xai_core.attribution.passes.calls import Calls

    result = Seen()
    numbers: dict[str, int] = {}
    handles = []
    keras = layout_of_keras(module)

    def remember(name: str) -> Any:
        def hook(layer: nn.Module, _: Any, output: Any) -> None:
            seen = _layer(name, layer, output, keras)
            if name in numbers:
                if seen.output_shape != result[numbers[name]].output_shape:
                    result.resized.add(name)
                result[numbers[name]] = seen  # what is read of it is what it gave last
            else:
                numbers[name] = len(result)
                result.append(seen)

        return hook

    def watch(function: Callable[..., Any], args: Any, kwargs: Mapping[str, Any]) -> Any:
        given = function(*args, **kwargs)
        if not result.rearranged:
            result.rearranged = _rearranges(function, given)
        return given

    for name, child in hookable(module).items():
        handles.append(child.register_forward_hook(remember(name)))
    try:
        with Calls(watch):
            yield result
    finally:
        for handle in handles:
            handle.remove()


def hookable(module: nn.Module) -> dict[str, nn.Module]:
    """The inner layers that can be watched, by name."""
    import torch

    if isinstance(module, torch.jit.ScriptModule):
        return {}
    return {
        name: child
        for name, child in module.named_modules()
        if name and not isinstance(child, torch.jit.ScriptModule)
    }


def first_tensor(output: Any) -> Tensor | None:
    """What a layer gave, or the first entry of it."""
    import torch

    if isinstance(output, list | tuple) and output:
        output = output[0]
    return output if isinstance(output, torch.Tensor) else None


def _rearranges(function: Callable[..., Any], given: Any) -> bool:
    import torch

    from xai_core.attribution.passes.calls import call_name

    if call_name(function) not in REARRANGING:
        return False
    given = given[0] if isinstance(given, tuple) and given else given
    return isinstance(given, torch.Tensor) and given.ndim in (3, 4)


def _layer(name: str, layer: nn.Module, output: Any, keras: str) -> Layer:
    tensor = first_tensor(output)
    shape = None if tensor is None else tuple(tensor.shape)
    own = sum(p.numel() for p in layer.parameters(recurse=False))
    layout = (defined_layout(layer) or keras) if shape and len(shape) == 4 else ""
    seen = Layer(name, type(layer).__name__, own, shape, False, weighs=_weighs(layer))
    return with_map(seen, layout) if layout else seen


def _weighs(layer: nn.Module) -> bool:
    from torch import nn

    kinds = (nn.Conv1d, nn.Conv2d, nn.Conv3d, nn.Linear)
    turned = (nn.ConvTranspose1d, nn.ConvTranspose2d, nn.ConvTranspose3d)
    return isinstance(layer, (*kinds, *turned))


def with_map(layer: Layer, layout: str) -> Layer:
    """The layer, whose output `[B, …]` with four axes lies in that layout."""
    from dataclasses import replace

    shape = layer.output_shape or ()
    size = (shape[layout.index("H")], shape[layout.index("W")])
    if math.prod(size) < 2:
        return replace(layer, layout=layout)
    return replace(layer, spatial=True, grid=size, layout=layout)
