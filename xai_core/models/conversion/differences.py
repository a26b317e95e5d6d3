"""A gradient against central differences that a single-precision runtime can resolve."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence

import torch
from torch import Tensor

from xai_core.readiness.checks.base import Clock

RANDOM = 10
ENOUGH = 3  # steps that must disagree: a single one may be too coarse
STEPS = (0.03, 0.01, 0.1, 0.003, 0.001, 0.3)  # length over the input's root mean square
ROUNDING = torch.finfo(torch.float32).eps
FALLING = 0.8  # a third of the step leaves at most this share of a right gradient's error
SIGNAL = 0.5  # share of the tolerance that rounding may fill


def gradient_error(
    score: Callable[[Tensor], float],
    at: Tensor,
    gradient: Tensor,
    tolerance: float,
    clock: Clock,
    noise: float = 0.0,
) -> float | None:
    """Relative error of `gradient` (of `score` at `at`, same shape) along informative directions.

    These are the gradient's own and random ones weighted by its magnitude, each group judged by
    itself. Plain random directions hold too little of the derivative of a large input. Of
    several steps the best counts: kinks spoil large ones and rounding small ones, and a wrong
    gradient is wrong at all. None where rounding drowns every step. `noise`: what is known of
    the score's error, beside what is measured here.

    Raises:
        TimeUp: the clock's limit passed.
    """
    rounding = max(noise, _rounding(score, at))
    errors = [
        _best(score, at, gradient, lines, rounding, tolerance, clock)
        for lines in _directions(gradient)
    ]
    known = [error for error in errors if error is not None]
    return max(known) if known else None


def _best(
    score: Callable[[Tensor], float],
    at: Tensor,
    gradient: Tensor,
    lines: Sequence[Tensor],
    rounding: float,
    tolerance: float,
    clock: Clock,
) -> float | None:
    claimed = [float((gradient * line).sum()) for line in lines]
    unit = float(at.square().mean().sqrt()) or 1.0
    found: dict[float, float] = {}
    for step in STEPS:
        h = step * unit
        if rounding / h * math.sqrt(len(lines)) > SIGNAL * tolerance * math.hypot(*claimed):
            continue
        measured = []
        for line in lines:
            clock.look()
            measured.append((score(at + h * line) - score(at - h * line)) / (2 * h))
        size = max(math.hypot(*measured), math.hypot(*claimed))
        if not math.isfinite(size):
            continue
        gaps = [m - c for m, c in zip(measured, claimed, strict=True)]
        error = math.hypot(*gaps) / size
        found[step] = error
        if error < tolerance / 3:
            break
    best = min(found.values(), default=None)
    return best if best is not None and (best <= tolerance or _settled(found)) else None


def _settled(errors: Mapping[float, float]) -> bool:
    """Whether errors by step are those of a wrong gradient: finer steps make them no smaller."""
    if len(errors) < ENOUGH:
        return False
    finest, next_one = (errors[step] for step in sorted(errors)[:2])
    return finest > FALLING * next_one


def _directions(gradient: Tensor) -> tuple[list[Tensor], list[Tensor]]:
    generator = torch.Generator().manual_seed(0)
    weights = gradient.abs() / gradient.abs().max()  # squares of tiny numbers are 0
    noise = [torch.randn(gradient.shape, generator=generator).to(weights) for _ in range(RANDOM)]
    along = weights * gradient.sign()
    return [along / along.norm()], [n * weights / (n * weights).norm() for n in noise]


def _rounding(score: Callable[[Tensor], float], at: Tensor) -> float:
    """How far the score moves when the input does by its last digit only."""
    generator = torch.Generator().manual_seed(1)
    base, spread = score(at), 0.0
    for _ in range(3):
        noise = torch.randn(at.shape, generator=generator).to(at)
        spread = max(spread, abs(score(at * (1 + ROUNDING * noise)) - base))
    return spread + ROUNDING * abs(base)
