"""One sentence or two: whether two models agree on the class and on the maps, and where least."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from xai_core.attribution.methods.base import title_of
from xai_core.compare.comparison import ModelPair
from xai_core.maps.difference import MapDifference


def headline(pair: ModelPair, maps: Mapping[str, MapDifference]) -> str:
    """Plain text. `maps`: as `pair.maps` gives them."""
    return f"{_same_class(pair)} {_same_maps(maps)}".strip()


def _same_class(pair: ModelPair) -> str:
    sides = [side.classes for side in (pair.first, pair.second)]
    top = [side.label(side.top(1)[0]) for side in sides]
    largest = pair.prediction.largest
    if pair.prediction.same_top is None:
        return f"The models have different classes: A says {top[0]}, B says {top[1]}."
    if not pair.prediction.same_top:
        return f"A says {top[0]}, B says {top[1]}."
    if largest is not None and pair.first.classes.count == 1:
        return f"B's score is {largest.difference:+.3g} from A's."
    return f"Both say {top[0]}."


def _same_maps(maps: Mapping[str, MapDifference]) -> str:
    if not maps:
        return "No method has a map in both models."
    if all(one.same for one in maps.values()):
        return "Their maps are the same but for rounding."
    same = sum(one.same for one in maps.values())
    ranked = {name: one.similarity.rank for name, one in maps.items() if not one.same}
    known = {name: value for name, value in ranked.items() if np.isfinite(value)}
    told = f"{same} of {len(maps)} maps are the same" if same else "Their maps differ"
    if not known:
        return f"{told}."
    most = min(known, key=lambda name: known[name])
    return f"{told}; {title_of(most)} differs most (rank correlation {known[most]:.2f})."
