"""What has to be said with a map: that it is empty, how it was rounded, what its sum misses."""

from __future__ import annotations

from typing import Any

from xai_core.attribution import autocast, baseline_notice, completeness, emptiness
from xai_core.attribution.noise.average import COMPLEXITY_ERROR
from xai_core.attribution.relevance import conservation
from xai_core.attribution.result import Attribution
from xai_core.pictures.backgrounds import names
from xai_core.pictures.backgrounds.held import PARAMETER
from xai_core.pictures.region import shown

# What the sentences tell of an attribution's choices, and nobody need tell again.
FACTS = (
    *(*autocast.FACTS, completeness.SUM, completeness.DIFFERENCE, emptiness.EMPTY),
    *(conservation.ARRIVED, conservation.GIVEN, conservation.KEPT),
    COMPLEXITY_ERROR,  # by the margin of a headline
)


def given(one: Attribution) -> dict[str, Any]:
    """Parameters as asked for, and what the method chose; of a mask its size, of a baseline's
    pictures how many and what they are called.
    """
    masks = {name: shown(value) for name, value in one.parameters.items()}
    masks = {name: told for name, told in masks.items() if told != one.parameters[name]}
    if PARAMETER in masks:
        masks[PARAMETER] = names.shown(one.parameters[PARAMETER], names.names_in(one.chosen))
    chosen = {name: value for name, value in one.chosen.items() if name != names.KEPT}
    return {**one.parameters, **chosen, **masks}


def told(one: Attribution) -> str:
    """All of it in sentences; nothing where there is nothing to say."""
    said = (emptiness, completeness, conservation, baseline_notice, autocast)
    return "; ".join(filter(None, (part.told(one) for part in said)))


def brief(one: Attribution) -> str:
    """The same in a few words."""
    empty = "empty" if emptiness.told(one) else ""
    parts = (part.brief(one) for part in (completeness, conservation, baseline_notice, autocast))
    return " · ".join(filter(None, (empty, *parts)))
