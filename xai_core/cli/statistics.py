"""What `rank` says over several pictures: means, agreement, tests between neighbours."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from xai_core.agreement import Concordance, Places, concordance, places
from xai_core.bootstrap import FEW, Band, band
from xai_core.metrics.base import METRICS
from xai_core.paired import Comparison, mean_order, neighbours
from xai_core.ranking import Ranking


@dataclass(frozen=True)
class OverPictures:
    """Statistics of one score a picture and method. order: columns by their means, best first."""

    methods: tuple[str, ...]
    pictures: int
    order: tuple[int, ...]
    means: Band
    places: Places
    concordance: Concordance
    neighbours: tuple[Comparison, ...]


def over_pictures(rankings: Sequence[Ranking], methods: Sequence[str], metric: str) -> OverPictures:
    """Of one ranking a picture."""
    scores = np.full((len(rankings), len(methods)), np.nan)
    for row, one in enumerate(rankings):
        for entry in one.entries:
            scores[row, methods.index(entry.name)] = entry.score
    lower = METRICS[metric].direction == "lower"
    return OverPictures(
        tuple(methods),
        len(rankings),
        mean_order(scores, lower),
        band(scores),
        places(scores, lower),
        concordance(scores),
        neighbours(scores, lower),
    )


def statistics_json(found: OverPictures) -> dict[str, Any] | None:
    """For a program; null for one picture."""
    if found.pictures < 2:
        return None
    names = found.methods
    return {
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


def statistics_text(found: OverPictures, refused: Mapping[str, str]) -> Iterator[str]:
    """For a person; nothing over pictures where there is one alone."""
    for name, why in refused.items():
        yield f"left out: {name}: {why}"
    if found.pictures < 2:
        return
    few = f"; fewer than {FEW}: too narrow" if found.pictures < FEW else ""
    yield ""
    yield f"Over {found.pictures} pictures, after removal (95 % BCa bootstrap intervals{few})"
    for column in found.order:
        mean, low, high = (
            one[column] for one in (found.means.mean, found.means.low, found.means.high)
        )
        first = found.places.shares[column, 0]
        yield (
            f"  {found.methods[column]:<22}{mean:>8.4f} [{low:.4f}, {high:.4f}]  "
            f"first on {first:.0%}"
        )
    agreed = found.concordance
    yield (
        f"  Kendall's W = {agreed.w:.3f} ({agreed.strength} agreement), Friedman p = "
        f"{agreed.p:.3g}, over {agreed.pictures} pictures"
    )
    for one in found.neighbours:
        yield (
            f"  {found.methods[one.front]} before {found.methods[one.back]}: difference "
            f"{one.difference:.4f}, Wilcoxon p = {one.p:.3g} (Holm {one.adjusted:.3g}), effect "
            f"{one.effect:.2f}, reversed on {len(one.reversed_on)} of {one.pictures}"
        )
