"""Where a detector looks, held still while its score is measured.

A two-stage detector lets its first stage propose regions and detaches them: a score's gradient is
that of the score of *one region*. Measured with regions that move along, the score is another
function, and no gradient of the network agrees with it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from torch import nn

PROPOSING = ("torchvision.models.detection.rpn", "RegionProposalNetwork")


@contextmanager
def regions_held(module: nn.Module, run: Callable[[], object]) -> Iterator[None]:
    """In the block, layers that propose regions give those that they give in `run`."""
    layers = [layer for layer in module.modules() if _proposes(layer)]
    if not layers:
        yield
        return
    given: dict[nn.Module, Any] = {}
    hooks = [layer.register_forward_hook(_Keep(given)) for layer in layers]
    try:
        run()
    finally:
        for hook in hooks:
            hook.remove()
    try:
        for layer in layers:
            if layer in given:
                vars(layer)["forward"] = _Given(given[layer])
        yield
    finally:
        for layer in layers:
            vars(layer).pop("forward", None)


class _Keep:
    def __init__(self, given: dict[nn.Module, Any]) -> None:
        self._given = given

    def __call__(self, layer: nn.Module, args: Any, output: Any) -> None:
        self._given[layer] = output


class _Given:
    def __init__(self, output: Any) -> None:
        self._output = output

    def __call__(self, *args: Any) -> Any:
        return self._output


def _proposes(layer: nn.Module) -> bool:
    return any((kind.__module__, kind.__name__) == PROPOSING for kind in type(layer).__mro__)
