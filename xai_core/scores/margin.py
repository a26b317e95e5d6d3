"""How sure an order is: margins between scores, and how far another seed would move them."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from xai_core.attribution.noise.average import COMPLEXITY_ERROR
from xai_core.attribution.noise.jackknife import QUANTILES
from xai_core.attribution.result import Attribution
from xai_core.scores.ranking import Ranking, overtakings
from xai_core.scores.seeds import SeedScores

State = Literal["sure", "close", "tied", "unknown"]
T = 2.26  # Student's t at 97.5 % with 9 degrees of freedom: a spread comes from ten groups of draws
# What a map owes to rounding: float32 moves a score by 1e-6, another batch or machine by 1e-5.
TIE = 1e-4


@dataclass(frozen=True)
class Spread:
    """Deviation of a score over seeds, in nats: 0 without draws, NaN where nothing tells it."""

    raw: float = 0.0
    after: float = 0.0


@dataclass(frozen=True)
class Margin:
    """How far `front` is ahead of `back`; below 0 it is behind.

    Attributes:
        value: in nats. spread: its deviation over seeds; NaN where nothing tells it.
    """

    front: str
    back: str
    value: float
    spread: float

    @property
    def reach(self) -> float:
        """Half the width of its 95 % interval."""
        return T * self.spread

    @property
    def state(self) -> State:
        """sure: outside what rounding and other seeds give. tied: rounding alone explains it."""
        size = abs(self.value)
        if size <= TIE:
            return "tied" if self.spread == 0 else "close"
        if math.isnan(self.spread):
            return "unknown"
        return "sure" if size > self.reach else "close"

    def __str__(self) -> str:
        sure = self.spread > 0
        return f"{abs(self.value):.3f}" + (f" ± {self.reach:.3f}" if sure else "")


@dataclass(frozen=True)
class Flip:
    """One map overtakes another by the removal. raw: how far it was behind, so below 0."""

    raw: Margin
    after: Margin

    @property
    def state(self) -> State:
        """The weaker of both sides."""
        states = {self.raw.state, self.after.state}
        if states & {"close", "tied"}:
            return "close"
        return "unknown" if "unknown" in states else "sure"


def draws(one: Attribution) -> bool:
    """Whether another seed would give another map."""
    filled = (one.parameters.get("start"), one.parameters.get("cover"))
    return "samples" in one.chosen or "standard_error" in one.chosen or "noise" in filled


def spread_of(one: Attribution, quantile: float) -> Spread:
    """Of the Complexity of a map, raw and after removal at a quantile, from its own draws."""
    if not draws(one):
        return Spread()
    found: Any = one.chosen.get(COMPLEXITY_ERROR)
    if not _known(found):  # a single draw, a method that keeps no groups, an early run
        return Spread(math.nan, math.nan)
    return Spread(float(found[0]), float(np.interp(quantile, QUANTILES, found[1:])))


def spreads_of(
    attributions: Mapping[str, Attribution], quantile: float, seeds: SeedScores | None = None
) -> dict[str, Spread]:
    """The same by method; where its maps were computed by further seeds, from those.

    Args:
        seeds: of these maps by the recipe of the scores, see `Run.seeds_by`.
    """
    found = {name: spread_of(one, quantile) for name, one in attributions.items()}
    if seeds is not None and len(seeds.seeds) > 1:
        wider = seeds.student / T  # fewer seeds than groups of draws
        for name in found.keys() & seeds.curves.keys():
            raw, after = seeds.deviation(name, quantile)
            found[name] = Spread(wider * raw, wider * after)
    return found


def margin(ranking: Ranking, front: str, back: str, spreads: Mapping[str, float]) -> Margin:
    """Between two maps that have a score, lower being better."""
    scores = {entry.name: entry.score for entry in ranking.entries}
    spread = math.hypot(spreads.get(front, 0.0), spreads.get(back, 0.0))
    return Margin(front, back, scores[back] - scores[front], spread)


def flips(raw: Ranking, after: Ranking, spreads: Mapping[str, Spread]) -> tuple[Flip, ...]:
    """Every pair that changes places, with both margins; the clearest first."""
    before, later = sides(spreads)
    found = [
        Flip(
            margin(raw, one.winner, one.loser, before), margin(after, one.winner, one.loser, later)
        )
        for one in overtakings(raw, after)
    ]
    return tuple(sorted(found, key=lambda flip: max(flip.raw.value, -flip.after.value)))


def sides(spreads: Mapping[str, Spread]) -> tuple[dict[str, float], dict[str, float]]:
    """Spreads before removal, and after it."""
    return (
        {name: one.raw for name, one in spreads.items()},
        {name: one.after for name, one in spreads.items()},
    )


def _known(found: Any) -> bool:
    """Whether a run's file holds what was written there."""
    return (
        isinstance(found, (list, tuple))
        and len(found) == 1 + len(QUANTILES)
        and all(isinstance(one, float) and one >= 0 for one in found)
    )
