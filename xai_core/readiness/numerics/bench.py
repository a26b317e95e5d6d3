"""Where derivatives are measured: a copy of the model in double precision, where it allows one."""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from xai_core.attribution.passes.calls import Calls
from xai_core.base.errors import XaiError
from xai_core.readiness.numerics.depthwise import quick_depthwise
from xai_core.readiness.setting.score import Score, gradient

LARGEST_COPY = 2e9  # bytes in single precision; the copy takes twice as much
DOUBLE, SINGLE = torch.finfo(torch.float64).eps, torch.finfo(torch.float32).eps
ALIKE = 0.05  # of the largest number: half precision inside the model costs a few per cent


@dataclass(frozen=True)
class Bench:
    """A model whose score can be measured.

    Attributes:
        precision: relative rounding error of its numbers.
        known: a point, and the gradient that was found there in setting it up.
    """

    module: nn.Module
    dtype: torch.dtype
    precision: float
    known: tuple[Tensor, Tensor | None] | None = None

    @property
    def double(self) -> bool:
        """Numbers are as precise as float64 throughout."""
        return self.precision == DOUBLE

    def slope(self, score: Score, at: Tensor) -> Tensor | None:
        """The gradient at a point; None where it does not reach the input or fails."""
        if self.known is not None and self.known[0].equal(at):
            return self.known[1]
        with quick_depthwise(), suppress(RuntimeError):
            return gradient(self.module, score, at)[1]
        return None

    def measure(self, score: Score, at: Tensor) -> float:
        """The score at a point, by a pass without gradients."""
        with torch.no_grad(), quick_depthwise():
            return float(score.of(self.module, at))


def bench_of(module: nn.Module, score: Score, at: Tensor) -> Bench:
    """A double copy that gives the same score at a point as the model, else the model itself."""
    expected = _watched(module, score, at)
    single = Bench(module, at.dtype, max(expected.coarsest, SINGLE))
    weight = sum(p.numel() * p.element_size() for p in module.parameters())
    if weight > LARGEST_COPY or at.device.type == "mps":
        return single
    try:
        twin = copy.deepcopy(module).double()
        found = _watched(twin, score, at.double(), backward=True)
    except (XaiError, RuntimeError, TypeError, AttributeError, NotImplementedError, ValueError):
        return single  # a model that holds something that cannot be copied, or insists on float32
    if abs(found.value - expected.value) > ALIKE * expected.largest:
        return single
    return Bench(twin, torch.float64, found.coarsest, (at.double(), found.gradient))


@dataclass(frozen=True)
class Watched:
    """What is seen of a pass.

    Attributes:
        value: the score. largest: number of the output that it comes from. coarsest: rounding of
            the coarsest numbers that depend on the input on its way. gradient: where it was asked
            for, and reaches the input without failing.
    """

    value: float
    largest: float
    coarsest: float
    gradient: Tensor | None


def _watched(module: nn.Module, score: Score, at: Tensor, *, backward: bool = False) -> Watched:
    from xai_core.attribution.forward import run
    from xai_core.attribution.passes.batch_norm import sound_batch_norm
    from xai_core.readiness.setting.score import same_draws

    coarsest: float = DOUBLE

    def note(function: Callable[..., Any], args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Any:
        nonlocal coarsest
        result = function(*args, **kwargs)
        if isinstance(result, Tensor) and result.is_floating_point() and result.requires_grad:
            coarsest = max(coarsest, torch.finfo(result.dtype).eps)
        return result

    leaf = at.detach().clone().requires_grad_(True)
    with torch.enable_grad(), same_draws(), Calls(note), quick_depthwise():
        output = run(score.seen(module), leaf)
        value = sound_batch_norm(score.of_output(output))
        largest = score.size(output)
    found = _gradient(value, leaf) if backward else None
    return Watched(float(value.detach()), float(largest), coarsest, found)


def _gradient(value: Tensor, leaf: Tensor) -> Tensor | None:
    with suppress(RuntimeError):
        if value.requires_grad:
            return torch.autograd.grad(value, leaf, allow_unused=True)[0]
    return None
