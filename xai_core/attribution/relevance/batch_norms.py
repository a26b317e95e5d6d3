"""Batch normalisation joined with the convolution or linear layer that it follows in the pass."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from torch import Tensor, nn

Pair = tuple[Any, Any]


class Watch:
    """Which layers ran, in which order, and which batch norm got which layer's output.

    Attributes:
        ran: every convolution and linear layer, in the order in which it first ran.
        runs: how often each ran. products: calls that multiply by weights or attention.
    """

    def __init__(self) -> None:
        self.ran: list[nn.Module] = []
        self.runs: Counter[nn.Module] = Counter()
        self.products = 0
        self._outputs: list[tuple[nn.Module, Tensor]] = []  # held, so that no address comes twice
        self._pairs: list[Pair] = []

    @property
    def pairs(self) -> tuple[Pair, ...]:
        """Layer and batch norm, each of which ran once."""
        return tuple(one for one in self._pairs if all(self.runs[part] == 1 for part in one))

    @contextmanager
    def on(self, module: nn.Module) -> Iterator[Watch]:
        """During one pass of a model."""
        from xai_core.attribution.passes.calls import Calls
        from xai_core.attribution.relevance.library import zennit

        types = zennit("types")

        handles = []
        for child in module.modules():
            if isinstance(child, types.Linear):
                handles.append(child.register_forward_hook(self._weighed))
            elif isinstance(child, types.BatchNorm):
                handles.append(child.register_forward_pre_hook(self._normed))
        try:
            with Calls(self._called):
                yield self
        finally:
            for handle in handles:
                handle.remove()
            self._outputs.clear()

    def _called(self, function: Callable[..., Any], args: Any, kwargs: Mapping[str, Any]) -> Any:
        from xai_core.attribution.passes.calls import call_name
        from xai_core.attribution.relevance.call_names import LAYERS
        from xai_core.attribution.relevance.shares import differentiable

        if call_name(function) in LAYERS:
            self.products += any(map(differentiable, (*args, *kwargs.values())))
        return function(*args, **kwargs)

    def _weighed(self, layer: nn.Module, _: Any, output: Tensor) -> None:
        if not self.runs[layer]:
            self.ran.append(layer)
        self.runs[layer] += 1
        self._outputs.append((layer, output))

    def _normed(self, norm: Any, given: tuple[Tensor, ...]) -> None:
        self.runs[norm] += 1
        before = next((layer for layer, output in self._outputs if output is given[0]), None)
        if before is not None and norm.affine and norm.running_mean is not None:
            self._pairs.append((before, norm))


@contextmanager
def merged(pairs: Sequence[Pair]) -> Iterator[None]:
    """Each batch norm in its layer's weights, by zennit; everything as it was in the end."""
    from xai_core.attribution.relevance.library import zennit

    done: list[Any] = []
    kept = [(norm, norm.eps) for _, norm in pairs]
    try:
        for layer, norm in pairs:
            canonizer = zennit("canonizers").SequentialMergeBatchNorm()
            done.append(canonizer)
            canonizer.register((layer,), norm)
            layer.requires_grad_(False)
            norm.eps = 0.0  # zennit leaves it, and so divides by √(1 + ε) in each
        yield
    finally:
        for canonizer in reversed(done):
            canonizer.remove()
        for norm, eps in kept:
            norm.eps = eps
