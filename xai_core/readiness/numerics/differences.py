"""Finite differences of a score against its gradient."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

import torch
from torch import Tensor

from xai_core.readiness.checks.base import Clock
from xai_core.readiness.numerics.directions import directions

FINE, COARSE = (1e-6, 1e-8, 1e-4), (1e-3, 1e-2)  # of the input's norm
FINE_DOUBLE = (1e-8, 1e-6, 1e-4)  # the smaller the step, the fewer kinks lie on it
SIGNAL = 0.25  # share of the tolerance that noise may fill
PROBES, PROBES_DOUBLE = 4, 2
DOUBLE = 1e-10  # numbers that are more precise are double
FEWEST = 2  # directions of a group, where it has as many
LUCK = 1e-8  # chance from which on agreement is proof that rounding does not drown it


@dataclass(frozen=True)
class Trial:
    """Derivatives along some directions at the best step.

    Attributes:
        directions: of the group, as many as it took.
        measured, claimed: by finite differences and by the gradient, one a direction.
        error: ‖measured − claimed‖ over the larger norm; None where rounding drowns all steps.
        step: length of the step that agreed best.
    """

    group: str
    directions: Sequence[Tensor]
    measured: Sequence[float]
    claimed: Sequence[float]
    error: float | None
    step: float

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


@dataclass(frozen=True)
class Differences:
    """Derivatives of `f` at `at`, where it is `base`."""

    f: Callable[[Tensor], float]
    at: Tensor
    base: float
    precision: float
    clock: Clock

    def along(
        self, lines: Sequence[Tensor], h: float, claimed: Sequence[float], tolerance: float
    ) -> list[float]:
        """By forward differences where those agree already, else by central ones.

        They take half the time, and their error, h/2 of the second derivative, cannot make a wrong
        gradient right. Nor can luck: n random directions agree to an error of ε with a chance of
        about ε^n. The first few directions will do where that is no more than it is for all of them
        at `tolerance`.
        """
        ahead: list[float] = []
        forward: list[float] = []
        for line in lines:
            ahead.append(self._value(self.at + h * line))
            forward.append((ahead[-1] - self.base) / h)
            if len(forward) >= FEWEST and _luck(forward, claimed) <= tolerance ** len(lines):
                return forward
        if _error(forward, claimed) < tolerance:
            return forward
        behind = [self._value(self.at - h * line) for line in lines]
        return [(a - b) / (2 * h) for a, b in zip(ahead, behind, strict=True)]

    def drowned(
        self, h: float, measured: Sequence[float], claimed: Sequence[float], tolerance: float
    ) -> bool:
        """Whether rounding may fill too much of the tolerance. It is only measured where the
        derivatives do not agree so well that it cannot.
        """
        if _luck(measured, claimed) <= LUCK:
            return False
        size = max(_norm(measured), _norm(claimed[: len(measured)]))
        return self._rounding / h * math.sqrt(len(measured)) > SIGNAL * tolerance * size > 0

    @cached_property
    def _rounding(self) -> float:
        """How far the score moves when the input does by no more than its last digit."""
        generator = torch.Generator().manual_seed(3)
        spread = 0.0
        for _ in range(PROBES if self.precision > DOUBLE else PROBES_DOUBLE):
            signs = torch.randn(self.at.shape, generator=generator, dtype=torch.float64)
            moved = self._value(self.at * (1 + self.precision * signs.to(self.at)))
            spread = max(spread, abs(moved - self.base))
        return spread + self.precision * abs(self.base)

    def _value(self, point: Tensor) -> float:
        self.clock.look()
        return self.f(point)


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
    for step in (*steps, *(step for step in COARSE if step not in steps)):
        if step in COARSE and step not in steps and best.error is not None:
            break  # coarse steps are for scores that rounding drowns at fine ones
        h = step * length
        measured = differences.along(lines, h, claimed, tolerance / 4)
        count = len(measured)
        if not math.isfinite(max(_norm(measured), _norm(claimed))):
            continue
        if differences.drowned(h, measured, claimed, tolerance):
            continue
        error = _error(measured, claimed[:count])
        if best.error is None or error < best.error:
            best = Trial(group, lines[:count], measured, claimed[:count], error, h)
        if error < tolerance / 4:
            break
    return best


def _luck(measured: Sequence[float], claimed: Sequence[float]) -> float:
    """About how likely directions at random agree so well; 1 where there is nothing to agree on."""
    known = claimed[: len(measured)]
    return _error(measured, known) ** len(measured) if _norm(known) > 0 else 1.0


def _error(measured: Sequence[float], claimed: Sequence[float]) -> float:
    size = max(_norm(measured), _norm(claimed)) or 1.0
    return _norm([m - c for m, c in zip(measured, claimed, strict=True)]) / size


def cosine(found: Sequence[Trial]) -> float | None:
    """Cosine between measured and claimed derivatives over all trials that could be judged."""
    judged = [trial for trial in found if trial.error is not None]
    measured = torch.tensor([_scaled(t, m) for t in judged for m in t.measured])
    claimed = torch.tensor([_scaled(t, c) for t in judged for c in t.claimed])
    norms = float(measured.norm() * claimed.norm())
    return float(measured @ claimed) / norms if norms > 0 else None


def _scaled(trial: Trial, value: float) -> float:
    """Derivatives of a group at a size of 1: plain directions have tiny ones."""
    return value / (max(_norm(trial.measured), _norm(trial.claimed)) or 1.0)


def _norm(values: Sequence[float]) -> float:
    return math.sqrt(sum(value * value for value in values))
