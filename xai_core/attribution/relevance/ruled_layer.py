"""A layer whose backward pass hands on relevance, and what its biases keep of it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import torch

if TYPE_CHECKING:
    from torch import Tensor, nn


class RuledLayer:
    """One layer under a rule of zennit's.

    zennit's own hooks run the layer's backward pass, too, and throw its result away; here the rule
    stands in its place.

    Args:
        rule: for any input. of_positive: the same for one that is nowhere negative; None: as any.
    """

    def __init__(self, layer: nn.Module, rule: Any, of_positive: Any) -> None:
        self._layer, self._rule, self._of_positive = layer, rule, of_positive
        self._plain, self._inside = layer.forward, False
        self._kept = torch.zeros((), dtype=torch.float64)

    @property
    def kept(self) -> float:
        """Relevance that came in and did not go on: no input has a part in those outputs."""
        return float(self._kept)

    @contextmanager
    def standing_in(self) -> Iterator[None]:
        """During one pass and its backward pass."""
        own = vars(self._layer)
        before = own.get("forward")
        own["forward"] = self._forward
        try:
            yield
        finally:
            if before is None:
                del own["forward"]
            else:
                own["forward"] = before
            for rule in (self._rule, self._of_positive):
                if rule is not None:
                    rule.remove()

    def _forward(self, given: Tensor, *more: Any, **named: Any) -> Any:
        if self._inside or not given.requires_grad:
            return self._plain(given, *more, **named)
        return _HandedOn.apply(self, lambda x: self._plain(x, *more, **named), given)  # type: ignore[no-untyped-call]

    def handed_on(self, given: Tensor, relevance: Tensor) -> Tensor:
        """The relevance of what went in."""
        simple = self._of_positive is not None and bool(given.min() >= 0)
        rule = self._of_positive if simple else self._rule
        rule.stored_tensors["input"] = (given,)
        self._inside = True
        try:
            (found,) = rule.backward(self._layer, (given,), (relevance,))
        finally:
            self._inside = False
            rule.stored_tensors.clear()
        left = relevance.sum(dtype=torch.float64) - found.sum(dtype=torch.float64)
        self._kept = self._kept.to(left.device) + left
        handed: Tensor = found
        return handed


class _HandedOn(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, layer: RuledLayer, call: Any, given: Tensor) -> Tensor:
        ctx.layer = layer
        ctx.save_for_backward(given)
        result: Tensor = call(given)
        return result

    @staticmethod
    def backward(ctx: Any, *relevance: Tensor) -> Any:
        return None, None, ctx.layer.handed_on(ctx.saved_tensors[0].detach(), relevance[0])
