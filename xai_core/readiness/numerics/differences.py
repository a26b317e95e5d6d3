"""Finite differences of a score against its gradient."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from xai_core.readiness.checks.base import Clock
from xai_core.readiness.numerics.along import DOUBLE, Differences, error_of, norm
from xai_core.readiness.numerics.directions import directions

FINE, COARSE = (1e-6, 1e-8, 1e-4), (1e-3, 1e-2)  # of the input's norm
FINE_DOUBLE = (1e-8, 1e-6, 1e-4)  # the smaller the step, the fewer kinks lie on it
LOOSE = 0.2  # tolerance at coarse steps: kinks on them spoil a right gradient by some per cent


@dataclass(frozen=True)
class Trial:
    """Derivatives along some directions at the best step.

    Attributes:
        directions: of the group, as many as it took.
        measured, claimed: by finite differences and by the gradient, one a direction.
        error: ‖measured − claimed‖ over the larger norm; None where rounding drowns all steps.
        step: length of the step that agreed best. allowed: error up to which a step of its size
            agrees.
    """

    group: str
    directions: Sequence[Tensor]
    measured: Sequence[float]
    claimed: Sequence[float]
    error: float | None
    step: float
    allowed: float = 0.0

    @property
    def agrees(self) -> bool | None:
        """None where it could not be judged."""
        return None if self.error is None else self.error <= self.allowed

    @property
    def worst(self) -> int:
        """Index of the direction that disagrees most."""
        gaps = [abs(m - c) for m, c in zip(self.measured, self.claimed, strict=True)]
        return gaps.index(max(gaps))


def trials(
    f: Callable[[Tensor], float],
    at: Tensor,
    base: float,
    gradient: Tensor,
    precision: float,
    tolerance: float,
    clock: Clock,
    tried: list[Trial] | None = None,
) -> list[Trial]:
    """`gradient` against finite differences of `f` at `at`, one trial a group of directions.

    Of several steps the one that agrees best counts, for all directions of a group alike: kinks
    spoil large steps and rounding small ones, while a wrong gradient is wrong at every step.

    Args:
        base: `f(at)`. tried: what is returned, filled as it goes, for a clock that ends it.
    """
    tried = [] if tried is None else tried
    steps = (*FINE, *COARSE) if precision > DOUBLE else FINE_DOUBLE
    differences = Differences(f, at, base, precision, clock)
    for group, lines in directions(gradient).items():
        tried.append(_trial(differences, gradient, (group, lines), steps, tolerance))
    return tried


def _trial(
    differences: Differences,
    gradient: Tensor,
    named: tuple[str, list[Tensor]],
    steps: Sequence[float],
    tolerance: float,
) -> Trial:
    group, lines = named
    claimed = [float((gradient * line).sum()) for line in lines]
    length = float(differences.at.norm()) or math.sqrt(gradient.numel())
    best = Trial(group, lines, [0.0] * len(lines), claimed, None, 0.0)
    drowned_at = 0.0
    fine = differences.clear_first(steps, length, claimed, tolerance / 4)
    for step in (*fine, *(step for step in COARSE if step not in steps)):
        if step in COARSE and step not in steps and best.error is not None:
            break  # coarse steps are for scores that rounding drowns at fine ones
        h = step * length
        if h < drowned_at:  # what rounding drowns at a step, it drowns at finer ones
            continue
        allowed = tolerance if step in steps else max(tolerance, LOOSE)
        if differences.hopeless(lines, h, claimed, allowed):
            drowned_at = max(drowned_at, h)
            continue
        measured = differences.along(lines, h, claimed, allowed / 4)
        count = len(measured)
        if not math.isfinite(max(norm(measured), norm(claimed))):
            continue
        if differences.drowned(h, measured, claimed, allowed):
            continue
        error = error_of(measured, claimed[:count])
        if best.error is None or error < best.error:
            best = Trial(group, lines[:count], measured, claimed[:count], error, h, allowed)
        if error < allowed / 4:
            break
    return best


def cosine(found: Sequence[Trial]) -> float | None:
    """Cosine between measured and claimed derivatives over all trials that could be judged."""
    judged = [trial for trial in found if trial.error is not None]
    measured = torch.tensor([_scaled(t, m) for t in judged for m in t.measured])
    claimed = torch.tensor([_scaled(t, c) for t in judged for c in t.claimed])
    norms = float(measured.norm() * claimed.norm())
    return float(measured @ claimed) / norms if norms > 0 else None


def _scaled(trial: Trial, value: float) -> float:
    """Derivatives of a group at a size of 1: plain directions have tiny ones."""
    return value / (max(norm(trial.measured), norm(trial.claimed)) or 1.0)
