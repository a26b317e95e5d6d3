"""A model that forgets layer by layer, for the tests of model parameter randomisation."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import torch
    from torch import Tensor, nn


def layers_of(module: nn.Module) -> list[nn.Module]:
    """Layers that hold floating-point weights of their own, or can draw them, as listed."""
    return [
        one
        for one in module.modules()
        if any(p.is_floating_point() for p in one.parameters(recurse=False))
        or (hasattr(one, "reset_parameters") and any(True for _ in one.parameters()))
    ]


@contextmanager
def cascade(module: nn.Module, stages: int, order: str, seed: int) -> Iterator[Iterator[int]]:
    """Gives an iterator: at each of its steps more layers hold weights that know nothing.

    A layer that can draw itself does so (`reset_parameters`, as Quantus has it, from seed + 1); of
    any other, such as a layer of a conversion or a class token, the numbers change places. After
    the last step all have. At the end every weight and buffer is back, bit for bit.

    Args:
        stages: at most; there are no more than layers. order: `top-down` from the output.
    """
    import torch

    layers = layers_of(module)
    if order == "top-down":
        layers = layers[::-1]
    tensors = [*module.parameters(), *module.buffers()]
    kept = [one.detach().clone() for one in tensors]
    try:
        yield _forgetting(layers, min(stages, len(layers)), seed)
    finally:
        with torch.no_grad():
            for one, value in zip(tensors, kept, strict=True):
                if not torch.equal(one, value):
                    one.copy_(value)


def _forgetting(layers: list[nn.Module], stages: int, seed: int) -> Iterator[int]:
    done = 0
    for stage in range(1, stages + 1):
        until = round(len(layers) * stage / stages)
        for one in layers[done:until]:
            _forget(one, seed)
        done = until
        yield stage


def _forget(layer: nn.Module, seed: int) -> None:
    import torch

    from xai_core.attribution.random_weights import permuted

    own = [one for one in layer.parameters(recurse=False) if one.is_floating_point()]
    before = [one.detach().clone() for one in own]
    with torch.no_grad():
        if hasattr(layer, "reset_parameters"):
            torch.manual_seed(seed + 1)
            draw: Any = layer.reset_parameters
            draw()
        if _same(own, before):
            generator = torch.Generator().manual_seed(seed + 1)
            for one, value in zip(own, before, strict=True):
                one.copy_(permuted(value, generator))


def _same(now: list[torch.nn.Parameter], before: list[Tensor]) -> bool:
    import torch

    return all(torch.equal(one.detach(), value) for one, value in zip(now, before, strict=True))
