"""Derivatives of a score along directions, and what rounding leaves of them."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import torch
from torch import Tensor

from xai_core.readiness.checks.base import Clock

SIGNAL = 0.25  # share of the tolerance that noise may fill
PROBES, PROBES_DOUBLE = 4, 2
DOUBLE = 1e-10  # numbers that are more precise are double
FEWEST = 2  # directions of a group, where it has as many
LUCK = 1e-8  # chance from which on agreement is proof that rounding does not drown it


@dataclass(frozen=True)
class Differences:
    """Derivatives of `f` at `at`, where it is `base`."""

    f: Callable[[Tensor], float]
    at: Tensor
    base: float
    precision: float
    clock: Clock
    seen: dict[tuple[int, float], float] = field(default_factory=dict)

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
            ahead.append(self._ahead(line, h))
            forward.append((ahead[-1] - self.base) / h)
            if len(forward) >= FEWEST and luck(forward, claimed) <= tolerance ** len(lines):
                return forward
        if error_of(forward, claimed) < tolerance:
            return forward
        behind = [self._value(self.at - h * line) for line in lines]
        return [(a - b) / (2 * h) for a, b in zip(ahead, behind, strict=True)]

    def hopeless(
        self, lines: Sequence[Tensor], h: float, claimed: Sequence[float], tolerance: float
    ) -> bool:
        """Whether the first direction alone shows that rounding drowns the step; one pass."""
        slope = abs(self._ahead(lines[0], h) - self.base) / h
        scale = math.sqrt(len(lines))
        size = max(slope * scale, norm(claimed))
        return bool(self._known / h * scale > SIGNAL * tolerance * size > 0)

    def clear_first(
        self, steps: Sequence[float], length: float, claimed: Sequence[float], tolerance: float
    ) -> list[float]:
        """Steps at which rounding lets the derivatives agree up to `tolerance`, then the others,
        coarse ones first: there half the passes would be lost on telling noise from a difference.
        """
        noise = self._known * math.sqrt(len(claimed))
        most = SIGNAL * tolerance * norm(claimed) * length
        clear = [step for step in steps if noise <= step * most]
        return clear + sorted((step for step in steps if step not in clear), reverse=True)

    def drowned(
        self, h: float, measured: Sequence[float], claimed: Sequence[float], tolerance: float
    ) -> bool:
        """Whether rounding may fill too much of the tolerance. It is only measured where the
        derivatives do not agree so well that it cannot.
        """
        if luck(measured, claimed) <= LUCK:
            return False
        size = max(norm(measured), norm(claimed[: len(measured)]))
        return self._rounding / h * math.sqrt(len(measured)) > SIGNAL * tolerance * size > 0

    @property
    def _known(self) -> float:
        """Of `_rounding` what is known without a pass, at least the last digit of the score."""
        return float(self.__dict__.get("_rounding", self.precision * abs(self.base)))

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

    def _ahead(self, line: Tensor, h: float) -> float:
        key = (id(line), h)
        if key not in self.seen:
            self.seen[key] = self._value(self.at + h * line)
        return self.seen[key]

    def _value(self, point: Tensor) -> float:
        self.clock.look()
        return self.f(point)


def luck(measured: Sequence[float], claimed: Sequence[float]) -> float:
    """About how likely directions at random agree so well; 1 where there is nothing to agree on."""
    known = claimed[: len(measured)]
    return error_of(measured, known) ** len(measured) if norm(known) > 0 else 1.0


def error_of(measured: Sequence[float], claimed: Sequence[float]) -> float:
    """Distance over the larger length; 0 for two zeros."""
    size = max(norm(measured), norm(claimed)) or 1.0
    return norm([m - c for m, c in zip(measured, claimed, strict=True)]) / size


def norm(values: Sequence[float]) -> float:
    """Euclidean length."""
    return math.sqrt(sum(value * value for value in values))
