"""Which colour a value of a map gets: by its own map, by others, or by maps of good parts.

A map that is scaled by itself is always bright somewhere, on a part without any fault too. The
scale decides how maps look, never what they score.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from jaxtyping import Float64

from xai_core.base.arrays import Map

Scope = Literal["map", "picture", "set", "reference"]

# Times what is normal. Measured on the wafer classifier by five methods, percentile 99.5 of five
# good parts: a sixth one reaches 0.9 to 2.2, most defects 3 and more.
CONTRAST = 3.0


@dataclass(frozen=True)
class ColourScale:
    """From which magnitude on a map is coloured, and where the brightest colour is reached.

    Attributes:
        calm: magnitudes up to here get the darkest colour; above 0 for a reference only.
        brightest: from here on the brightest; 0 where all values behind the scale are 0.
        percentile: of magnitudes, in [0, 100]. pictures: how many are behind it.
    """

    scope: Scope
    calm: float
    brightest: float
    percentile: float
    pictures: int = 1

    def shares(self, values: Map) -> Float64[np.ndarray, "h w"]:
        """`[h, w]` in [−1, 1]: 0 is the darkest colour, ±1 the brightest; NaN stays."""
        magnitudes = np.abs(np.asarray(values, dtype=np.float64)) - self.calm
        span = self.brightest - self.calm
        lifted = np.clip(magnitudes / span if span > 0 else magnitudes > 0, 0.0, 1.0)
        return np.where(np.isfinite(values), np.sign(values) * lifted, np.nan)

    def beyond(self, values: Map) -> float:
        """The share of a map's pixels above `calm`, in [0, 1]."""
        finite = np.abs(values[np.isfinite(values)])
        return float((finite > self.calm).mean()) if finite.size else 0.0


def peak(values: Map, percentile: float) -> float:
    """The magnitude at a percentile; the largest where that is 0: a single hot pixel must not leave
    the rest of a map black, nor be left out where it is all there is.
    """
    finite = np.abs(values[np.isfinite(values)])
    if finite.size == 0:
        return 0.0
    return float(np.percentile(finite, percentile)) or float(finite.max())


def over(maps: Sequence[Map], percentile: float, scope: Scope = "map") -> ColourScale:
    """One scale for all these maps: up to the largest of their peaks, so that it clips none more
    than a scale of its own would.
    """
    high = max((peak(one, percentile) for one in maps), default=0.0)
    return ColourScale(scope, 0.0, high, percentile, len(maps))


def against(references: Sequence[Map], percentile: float) -> ColourScale:
    """A scale on which maps of good parts are calm.

    `calm` is the percentile of the magnitudes of all reference maps together, each picture counted
    alike whatever its size; `brightest` is `CONTRAST` times that. A new good part has about
    (100 − percentile) % of its pixels above `calm`.
    """
    kept = [np.abs(one[np.isfinite(one)]) for one in references]
    kept = [one for one in kept if one.size]
    if not kept:
        return ColourScale("reference", 0.0, 0.0, percentile, 0)
    values = np.concatenate(kept)
    weights = np.concatenate([np.full(one.size, 1 / one.size) for one in kept])
    calm = _percentile(values, weights, percentile)
    return ColourScale("reference", calm, CONTRAST * calm, percentile, len(kept))


def _percentile(
    values: Float64[np.ndarray, "n"], weights: Float64[np.ndarray, "n"], percentile: float
) -> float:
    """The lowest value at or below which at least that share of the weight lies."""
    order = np.argsort(values, kind="stable")
    share = np.cumsum(weights[order])
    # A sum of many shares ends a rounding error above or below the whole.
    place = np.searchsorted(share, percentile / 100 * share[-1] * (1 - 1e-12))
    return float(values[order][min(place, len(values) - 1)])
