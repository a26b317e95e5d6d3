"""Which inputs each layer of a model sees: the branches that meet in it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from xai_core.attribution.capabilities import Layer
from xai_core.attribution.forward import run
from xai_core.attribution.layers import feature_layers
from xai_core.attribution.layers.reading import read_layers
from xai_core.attribution.layers.seen import first_tensor, hookable, seen_layers
from xai_core.base.borrow import borrowed
from xai_core.base.errors import MethodError
from xai_core.base.several_inputs.packing import Shapes, places

if TYPE_CHECKING:
    from torch import Tensor, nn

CLOSE = 1e-6  # relative: sums of the same numbers by another pass
Sums = dict[str, list[tuple[float, float]]]


def seen_by(module: nn.Module, whole: Tensor, shapes: Shapes) -> dict[str, tuple[str, ...]]:
    """The inputs that each layer's output changes with, by its name; takes a pass for each input.

    Args:
        module: takes `[1, ΣC, H, W]`, packed of inputs of these shapes.
    """
    import torch

    generator = torch.Generator().manual_seed(0)
    with borrowed(module), torch.no_grad():
        plain = _sums(module, whole)
        found: dict[str, list[str]] = {name: [] for name in plain}
        for name, place in zip(shapes, places(shapes.values()), strict=True):
            other, size = whole.clone(), float(whole[place].std()) or 1.0
            noise = torch.randn(whole[place].shape, generator=generator).to(whole)
            other[place] += size * noise
            changed = _sums(module, other)
            for layer in plain:
                if not _alike(plain[layer], changed.get(layer, [])):
                    found[layer].append(name)
    return {layer: tuple(names) for layer, names in found.items()}


def last_of(module: nn.Module, picture: Tensor, layers: Sequence[str]) -> str | None:
    """The last of these layers that gives a feature map; None where none does."""
    import torch

    with borrowed(module), torch.no_grad():
        with seen_layers(module) as seen:
            run(module, picture)
        read = read_layers(module, picture, seen)
    known: list[Layer] = [one for one in read if one.name in layers]
    try:
        return feature_layers.propose(known, (1, 1)).name
    except MethodError:
        return None


def _sums(module: nn.Module, whole: Tensor) -> Sums:
    """What is kept of each layer's outputs, each time that it runs."""
    with _watched(module) as found:
        run(module, whole)
    return found


@contextmanager
def _watched(module: nn.Module) -> Iterator[Sums]:
    found: Sums = {}

    def watch(name: str) -> Any:
        def hook(_: nn.Module, __: Any, output: Any) -> None:
            tensor = first_tensor(output)
            if tensor is not None:
                values = tensor.detach().double()
                found.setdefault(name, []).append(
                    (float(values.sum()), float(values.square().sum()))
                )

        return hook

    layers: Mapping[str, nn.Module] = hookable(module)
    handles = [layer.register_forward_hook(watch(name)) for name, layer in layers.items()]
    try:
        yield found
    finally:
        for handle in handles:
            handle.remove()


def _alike(before: list[tuple[float, float]], after: list[tuple[float, float]]) -> bool:
    several = zip(before, after, strict=False)
    pairs = [pair for one, other in several for pair in zip(one, other, strict=True)]
    near = (abs(one - other) <= CLOSE * max(abs(one), abs(other)) for one, other in pairs)
    return len(before) == len(after) and all(near)
