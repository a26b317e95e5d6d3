"""What many pictures say together, of one score a picture and method."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from xai_core.scores.agreement import Concordance, Places, Table, concordance, places
from xai_core.scores.bootstrap import Band, band
from xai_core.scores.paired import Comparison, mean_order, neighbours


@dataclass(frozen=True)
class Statistics:
    """Of `scores`, `[P, M]`.

    Attributes:
        order: columns with a score by their means, best first. means: with intervals.
    """

    scores: Table
    order: tuple[int, ...]
    means: Band
    places: Places
    concordance: Concordance
    neighbours: tuple[Comparison, ...]


def statistics(scores: Table, lower: bool = True, reversed_most: int | None = None) -> Statistics:
    """All of it, exact for any number of pictures but the intervals: see `Band.kind`.

    Args:
        lower: whether a lower score is better. reversed_most: rows that a comparison names at most.
    """
    return Statistics(
        scores,
        mean_order(scores, lower),
        band(scores),
        places(scores, lower),
        concordance(scores),
        neighbours(scores, lower, reversed_most),
    )


def headline(names: Sequence[str], here: Statistics, quantile: float) -> str:
    """Who has the lowest mean, on how many pictures it leads, and how sure the mean is."""
    if not here.order:
        return f"No map has a score at q = {quantile:.2f}"
    best = here.order[0]
    mean, low, high = (one[best] for one in (here.means.mean, here.means.low, here.means.high))
    sure = f"[{low:.2f}, {high:.2f}] nats" if np.isfinite(low) else "nats, of one picture alone"
    told = f"has the lowest mean Complexity at q = {quantile:.2f}: {mean:.2f} {sure}"
    total = here.places.pictures
    if not total:
        return f"{names[best]} {told}"
    firsts = here.places.shares[:, 0] * total
    most = int(np.nanargmax(firsts))
    if firsts[most] > firsts[best]:
        return (
            f"{names[best]} {told}; {names[most]} is the least complex most often, on "
            f"{firsts[most]:.0f} of {total} pictures"
        )
    return (
        f"{names[best]} is the least complex on {firsts[best]:.0f} of {total} "
        f"{'picture' if total == 1 else 'pictures'} at q = {quantile:.2f}; mean {mean:.2f} {sure}"
    )


def agreement(found: Concordance) -> tuple[str, str]:
    """Kendall's W and what it means; the Friedman test."""
    if np.isnan(found.w):
        told = (
            "Kendall's W is undefined: it takes two pictures and two methods with scores, and an "
            "order among them."
        )
        return told, ""
    return (
        f"Kendall's W = {found.w:.2f}: {found.strength} agreement on the order of "
        f"{found.methods} methods over {found.pictures} pictures "
        "(1: all have the same order, 0: there is no common one).",
        f"Friedman test: χ² = {found.chi2:.1f}, {p_value(found.p)}.",
    )


def p_value(value: float) -> str:
    """As it is written in a text."""
    if np.isnan(value):
        return "p is undefined"
    return "p < 0.001" if value < 0.001 else f"p = {value:.3f}"
