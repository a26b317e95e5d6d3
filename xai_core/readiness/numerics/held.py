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
FEW = 8
SAME = 1e-12


@contextmanager
def regions_held(module: nn.Module, run: Callable[[], float]) -> Iterator[None]:
    """In the block, layers that propose regions give those that they give in `run`.

    Of them only as many as the score needs: each is looked at by itself, and there are a thousand.

    Args:
        run: the score at the point.
    """
    layers = [layer for layer in module.modules() if _proposes(layer)]
    if not layers:
        yield
        return
    given: dict[nn.Module, Any] = {}
    hooks = [layer.register_forward_hook(_Keep(given)) for layer in layers]
    try:
        score = run()
    finally:
        for hook in hooks:
            hook.remove()
    try:
        for layer in layers:
            if layer in given:
                vars(layer)["forward"] = _Given(given[layer])
                _narrow(vars(layer)["forward"], run, score)
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
    """What a layer gave: the regions of every picture, and more."""

    def __init__(self, output: Any) -> None:
        self.regions, *self._more = output

    def __call__(self, *args: Any) -> Any:
        return (self.regions, *self._more)


def _narrow(given: _Given, run: Callable[[], float], score: float) -> None:
    """Halves the regions as long as one half of them gives the same score."""
    while len(given.regions) == 1 and len(given.regions[0]) >= FEW:
        all_, middle = given.regions, len(given.regions[0]) // 2
        for half in (all_[0][:middle], all_[0][middle:]):
            given.regions = [half]
            if abs(run() - score) <= SAME * abs(score):
                break
        else:
            given.regions = all_
            return


def _proposes(layer: nn.Module) -> bool:
    return any((kind.__module__, kind.__name__) == PROPOSING for kind in type(layer).__mro__)
