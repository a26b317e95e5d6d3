"""What `rank` says over several pictures: means, agreement, tests between neighbours."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from xai_core.scores.bootstrap import FEW
from xai_core.scores.metrics.base import METRICS
from xai_core.scores.paired import Comparison
from xai_core.scores.ranking import Ranking
from xai_core.scores.statistics import Statistics, agreement, statistics


@dataclass(frozen=True)
class OverPictures:
    """Statistics of one score a picture and method, and whose the columns are."""

    methods: tuple[str, ...]
    pictures: int
    found: Statistics


def over_pictures(rankings: Sequence[Ranking], methods: Sequence[str], metric: str) -> OverPictures:
    """Of one ranking a picture."""
    scores = np.full((len(rankings), len(methods)), np.nan)
    for row, one in enumerate(rankings):
        for entry in one.entries:
            scores[row, methods.index(entry.name)] = entry.score
    lower = METRICS[metric].direction == "lower"
    return OverPictures(tuple(methods), len(rankings), statistics(scores, lower))


def statistics_json(over: OverPictures) -> dict[str, Any] | None:
    """For a program; null for one picture."""
    return as_json(over.methods, over.found) if over.pictures > 1 else None


def as_json(names: Sequence[str], found: Statistics) -> dict[str, Any]:
    """Means with intervals, places, agreement, tests; columns by their names."""
    return {
        "intervals": found.means.kind,
        "means": [
            {
                "name": names[column],
                "mean": float(found.means.mean[column]),
                "interval": [float(found.means.low[column]), float(found.means.high[column])],
                "pictures": int(found.means.pictures[column]),
                "places": [float(share) for share in found.places.shares[column]],
            }
            for column in found.order
        ],
        "kendall_w": asdict(found.concordance),
        "neighbours": [
            {**asdict(one), "front": names[one.front], "back": names[one.back]}
            for one in found.neighbours
        ],
    }


def statistics_text(over: OverPictures, refused: Mapping[str, str]) -> Iterator[str]:
    """For a person; nothing over pictures where there is one alone."""
    for name, why in refused.items():
        yield f"left out: {name}: {why}"
    if over.pictures < 2:
        return
    found = over.found
    few = f"; fewer than {FEW}: too narrow" if over.pictures < FEW else ""
    yield ""
    yield f"Over {over.pictures} pictures, after removal (95 % {found.means.told}{few})"
    for column in found.order:
        mean, low, high = (
            one[column] for one in (found.means.mean, found.means.low, found.means.high)
        )
        first = found.places.shares[column, 0]
        led = "" if np.isnan(first) else f"  first on {first:.0%}"
        yield f"  {over.methods[column]:<22}{with_interval(mean, low, high)}{led}"
    agreed = found.concordance
    if np.isnan(agreed.w):
        yield f"  {agreement(agreed)[0]}"
    else:
        yield (
            f"  Kendall's W = {agreed.w:.3f} ({agreed.strength} agreement), Friedman p = "
            f"{agreed.p:.3g}, over {agreed.pictures} pictures"
        )
    for one in found.neighbours:
        yield f"  {over.methods[one.front]} before {over.methods[one.back]}: {_compared(one)}"


def with_interval(mean: float, low: float, high: float) -> str:
    """A mean; that of one picture has no interval."""
    return f"{mean:>8.4f}" + (f" [{low:.4f}, {high:.4f}]" if np.isfinite(low) else "")


def _compared(one: Comparison) -> str:
    if one.pictures == 0:
        return "no picture has a score of both"
    tested = f"Wilcoxon p = {one.p:.3g} (Holm {one.adjusted:.3g}), effect {one.effect:.2f}, "
    return (
        f"difference {one.difference:.4f}, {'' if np.isnan(one.p) else tested}"
        f"reversed on {one.reversals} of {one.pictures}"
    )
