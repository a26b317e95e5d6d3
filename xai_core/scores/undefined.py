"""Why a map has no score."""

from __future__ import annotations

from xai_core.attribution import emptiness
from xai_core.attribution.relevance import conservation
from xai_core.attribution.result import Attribution
from xai_core.base.arrays import Maps
from xai_core.scores.metrics.base import METRICS


def cause_of(attribution: Attribution, values: Maps, metric: str = "complexity") -> str:
    """A sentence: what the method knows of its empty map, or that its relevance is lost; else what
    the metric sees of it.

    Args:
        values: the canonical map, `[1, h, w]`.
    """
    known = emptiness.told(attribution) or conservation.unranked(attribution)
    return known or METRICS[metric].undefined_because(values)
