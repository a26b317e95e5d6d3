"""What has to be said with a map: that it is empty, how it was rounded, what its sum misses."""

from __future__ import annotations

from xai_core.attribution import autocast, completeness, emptiness
from xai_core.attribution.noise.average import COMPLEXITY_ERROR
from xai_core.attribution.result import Attribution

# What the sentences tell of an attribution's choices, and nobody need tell again.
FACTS = (
    *(*autocast.FACTS, completeness.SUM, completeness.DIFFERENCE, emptiness.EMPTY),
    COMPLEXITY_ERROR,  # by the margin of a headline
)


def told(one: Attribution) -> str:
    """All of it in sentences; nothing where there is nothing to say."""
    parts = (emptiness.told(one), completeness.told(one), autocast.told(one))
    return "; ".join(filter(None, parts))


def brief(one: Attribution) -> str:
    """The same in a few words."""
    empty = "empty" if emptiness.told(one) else ""
    return " · ".join(filter(None, (empty, completeness.brief(one), autocast.brief(one))))
