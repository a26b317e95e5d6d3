"""Where derivatives are measured: a copy of the model in double precision, where it allows one."""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from xai_core.errors import XaiError
from xai_core.methods.autograd.calls import Calls
from xai_core.readiness.numerics.depthwise import quick_depthwise
from xai_core.readiness.setting.score import Score

LARGEST_COPY = 2e9  # bytes in single precision; the copy takes twice as much
DOUBLE, SINGLE = torch.finfo(torch.float64).eps, torch.finfo(torch.float32).eps
ALIKE = 0.05  # of the largest number: half precision inside the model costs a few per cent

SAME = 1e-12  # of the score: what the order of a sum may change


@dataclass(frozen=True)
class Bench:
    """A model whose score can be measured. precision: relative rounding error of its numbers."""

    module: nn.Module
    dtype: torch.dtype
    precision: float

    @property
    def double(self) -> bool:
        """Numbers are as precise as float64 throughout."""
        return self.precision == DOUBLE

    def measure(
        self, score: Score, at: Tensor, value: float
    ) -> tuple[Callable[[Tensor], float], float]:
        """The score as a function of the input, and what it gives at `at`.

        Quick where that gives the plain pass' `value` up to rounding, else the plain pass.
        """

        def plain(x: Tensor) -> float:
            with torch.no_grad():
                return float(score.of(self.module, x))

        def quick(x: Tensor) -> float:
            with quick_depthwise():
                return plain(x)

        base = quick(at)
        if self.double and abs(base - value) <= SAME * abs(value):
            return quick, base
        return plain, plain(at)


def bench_of(module: nn.Module, score: Score, inputs: Tensor) -> Bench:
    """A double copy that gives the same score as the model, else the model itself."""
    expected, size, coarsest = _watched(module, score, inputs)
    single = Bench(module, inputs.dtype, max(coarsest, SINGLE))
    weight = sum(p.numel() * p.element_size() for p in module.parameters())
    if weight > LARGEST_COPY or inputs.device.type == "mps":
        return single
    try:
        twin = copy.deepcopy(module).double()
        value, _, coarsest = _watched(twin, score, inputs.double())
    except (XaiError, RuntimeError, TypeError, AttributeError, NotImplementedError, ValueError):
        return single  # a model that holds something that cannot be copied, or insists on float32
    if abs(value - expected) > ALIKE * size:
        return single
    return Bench(twin, torch.float64, coarsest)


def _watched(module: nn.Module, score: Score, inputs: Tensor) -> tuple[float, float, float]:
    """The score, the largest number of the output that it comes from, and the rounding of the
    coarsest numbers that depend on the input on its way.
    """
    from xai_core.explanation import run
    from xai_core.readiness.setting.score import same_draws
    from xai_core.targets import main_output

    coarsest: float = DOUBLE

    def note(function: Callable[..., Any], args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Any:
        nonlocal coarsest
        result = function(*args, **kwargs)
        if isinstance(result, Tensor) and result.is_floating_point() and result.requires_grad:
            coarsest = max(coarsest, torch.finfo(result.dtype).eps)
        return result

    leaf = inputs.detach().clone().requires_grad_(True)
    with torch.enable_grad(), same_draws(), Calls(note):
        output = run(module, leaf)
        value = score.of_output(output)
    largest = main_output(output)[1].detach().abs().max()
    return float(value.detach()), float(largest), coarsest
