"""How much of the output passes through a cut, by putting other values in its place.

A cut is no fault by itself: a logged number, a hard mask or the shift inside a softmax cost the
gradient nothing. So every cut is tried out: the forward pass is repeated with the values that
the cut had on another input, and what the output does is measured.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from xai_core.attribution.forward import run
from xai_core.base.errors import XaiError
from xai_core.readiness.checks.base import Clock
from xai_core.readiness.setting.score import Score, same_draws
from xai_core.readiness.tracing.cuts import Cut, Key
from xai_core.readiness.tracing.watch import Watch

MOST_GROUPS = 40
FACTORS = (-1.0, 30.0, -30.0)  # far away, so that conditions and classes come out otherwise


@dataclass(frozen=True)
class Trace:
    """One watched forward pass. `output`: every number in it, float64."""

    cuts: Mapping[Key, Cut]
    output: np.ndarray[Any, np.dtype[np.float64]]
    watch: Watch


@dataclass(frozen=True)
class Weighed:
    """A group of cuts with one cause, and the share of the output's reaction that it carries."""

    cuts: tuple[Cut, ...]
    share: float

    @property
    def first(self) -> Cut:
        """The cut that happened first."""
        return self.cuts[0]


def trace(module: nn.Module, inputs: Tensor, values: Mapping[Key, Any] | None = None) -> Trace:
    """Run once and watch. Raises `ModelError` where the forward pass fails."""
    leaf = inputs.detach().clone().requires_grad_(True)
    with torch.enable_grad(), same_draws(), Watch(module, values) as watch:
        output = run(module, leaf)
    return Trace(watch.cuts, numbers(output), watch)


def numbers(output: Any) -> np.ndarray[Any, np.dtype[np.float64]]:
    """Every number in a nested output, whatever holds it."""
    parts = [np.asarray(part, dtype=np.float64).ravel() for part in _parts(output)]
    return np.concatenate([np.zeros(0), *parts])


def _parts(output: Any) -> Iterable[Any]:
    if isinstance(output, Tensor):
        yield output.detach().cpu().double().numpy()
    elif isinstance(output, Mapping):
        for item in output.values():
            yield from _parts(item)
    elif isinstance(output, list | tuple):
        for item in output:
            yield from _parts(item)
    elif isinstance(output, np.ndarray | np.generic | int | float):
        array = np.asarray(output)
        if array.dtype.kind in "fiub":
            yield array


def groups(traced: Trace) -> list[tuple[Cut, ...]]:
    """Cuts by cause, in the order in which they happened; a detach that another absorbs is left."""
    absorbed = {cut.absorbs for cut in traced.cuts.values() if cut.kind in LEAVING}
    found: dict[tuple[str, str, int], list[Cut]] = {}
    for cut in traced.cuts.values():
        if cut.key not in absorbed:
            found.setdefault(cut.group, []).append(cut)
    return [tuple(cuts) for cuts in found.values()][:MOST_GROUPS]


LEAVING = ("numpy-round-trip", "python-scalar")


def finite_shares(module: nn.Module, inputs: Sequence[Tensor], clock: Clock) -> list[Weighed]:
    """Share of each group in what the output does when the first input becomes another one.

    1: all of it passes here. 0: nothing does. The largest over the other inputs counts.
    """
    base = trace(module, inputs[0])
    shares: dict[tuple[str, str, int], float] = {}
    for other in (*inputs[1:], *(factor * inputs[0] for factor in FACTORS)):
        changed = _try_trace(module, other)
        if changed is None or changed.output.shape != base.output.shape:
            continue
        whole = float(np.linalg.norm(changed.output - base.output))
        for cuts in groups(base):
            if clock.left < 0:  # what was weighed so far is better than nothing
                break
            moved = _moved(module, inputs[0], base, _values(cuts, changed))
            share = moved / whole if whole > 0 else float(moved > 0)
            shares[cuts[0].group] = max(share, shares.get(cuts[0].group, 0.0))
    return [Weighed(cuts, shares.get(cuts[0].group, 0.0)) for cuts in groups(base)]


def slope_shares(
    module: nn.Module,
    line: tuple[Tensor, Tensor, float],
    score: Score,
    missing: float,
    clock: Clock,
) -> list[Weighed]:
    """Share of each group in the slope that the gradient lacks along a line (point, direction, h).

    A hard mask has none: small steps do not change it.
    """
    at, direction, h = line
    base = trace(module, at)
    ends = [_try_trace(module, at + sign * h * direction) for sign in (1, -1)]
    weighed = []
    for cuts in groups(base):
        slope = 0.0
        if clock.left > 0 and ends[0] is not None and ends[1] is not None:
            high, low = (_score(module, at, score, _values(cuts, end)) for end in ends if end)
            slope = (high - low) / (2 * h) if high is not None and low is not None else 0.0
        weighed.append(Weighed(cuts, abs(slope / missing) if missing else 0.0))
    return weighed


def _score(module: nn.Module, at: Tensor, score: Score, values: Mapping[Key, Any]) -> float | None:
    leaf = at.detach().clone().requires_grad_(True)
    try:
        with torch.enable_grad(), Watch(module, values):
            return float(score.of(module, leaf).detach())
    except XaiError:
        return None


def _moved(module: nn.Module, inputs: Tensor, base: Trace, values: Mapping[Key, Any]) -> float:
    if not values:
        return 0.0
    other = _try_trace(module, inputs, values)
    if other is None or other.output.shape != base.output.shape:
        return 0.0
    moved = float(np.linalg.norm(other.output - base.output))
    return moved if np.isfinite(moved) else 0.0


def _try_trace(
    module: nn.Module, inputs: Tensor, values: Mapping[Key, Any] | None = None
) -> Trace | None:
    try:
        return trace(module, inputs, values)
    except XaiError:  # another branch, other shapes: nothing can be said from this input
        return None


def _values(cuts: Iterable[Cut], other: Trace) -> dict[Key, Any]:
    return {cut.key: other.cuts[cut.key].value for cut in cuts if cut.key in other.cuts}
