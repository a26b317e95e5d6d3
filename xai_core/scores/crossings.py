"""Where methods change places while the quantile rises, and which maps it does not touch yet."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from jaxtyping import Float, Float64

from xai_core.maps.canonical import Array


@dataclass(frozen=True)
class Crossing:
    """From this quantile on `winner` has the lower Complexity, below it `loser` has."""

    winner: str
    loser: str
    quantile: float


def crossings(
    curves: Mapping[str, Float64[np.ndarray, "q"]], quantiles: Sequence[float] | np.ndarray
) -> tuple[Crossing, ...]:
    """Every change of places between two curves, in the order of the quantile.

    Args:
        curves: Complexity by name, as from `sweep`. quantiles: ascending, where it was taken.

    Returns:
        Crossings of the straight lines between the points. Curves that touch and part again
        the same way do not cross; where a curve has no value, nothing crosses.
    """
    found = [
        crossing
        for one, other in combinations(curves, 2)
        for crossing in _between(one, other, curves[one] - curves[other], np.asarray(quantiles))
    ]
    return tuple(sorted(found, key=lambda crossing: crossing.quantile))


def unaffected_until(values: Array) -> float | None:
    """The highest quantile at which the removal leaves a map as it is; None where there is none.

    A map without negative values, of which a share is exactly 0, has a baseline of 0 up to there.
    """
    flat = np.asarray(values, dtype=np.float64).ravel()
    if not np.isfinite(flat).all() or flat.size < 2 or flat.min() != 0:
        return None
    return float((np.count_nonzero(flat == 0) - 1) / (flat.size - 1))


def _between(
    one: str, other: str, gap: Float[np.ndarray, "q"], quantiles: Float[np.ndarray, "q"]
) -> list[Crossing]:
    found = []
    known = np.flatnonzero(np.isfinite(gap) & (gap != 0))
    turns = np.flatnonzero(np.diff(np.sign(gap[known])))
    for left, right in zip(known[turns], known[turns + 1], strict=True):
        if not np.isfinite(gap[left : right + 1]).all():
            continue
        share = gap[left] / (gap[left] - gap[right])
        place = quantiles[left] + share * (quantiles[right] - quantiles[left])
        names = (one, other) if gap[right] < 0 else (other, one)
        found.append(Crossing(*names, float(place)))
    return found
