"""Whether relevance is kept on its way from the score to the picture, and what follows from it."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import TypeVar

from xai_core.attribution.result import Attribution

T = TypeVar("T")
ARRIVED, GIVEN = "relevance_sum", "relevance_given"  # in an attribution's choices
KEPT = "relevance_in_biases"
ALLOWED = "conserved_within"  # a method's parameter
WITHIN = 0.25  # of what was given, where the method does not say


def shares_of(one: Attribution) -> list[float]:
    """Of each picture Σ relevance / what was given at the score; none where none was told."""
    sums, given = (_numbers(one.chosen.get(name)) for name in (ARRIVED, GIVEN))
    return [
        arrived / whole if whole else (math.inf if arrived else 1.0)
        for arrived, whole in zip(sums, given, strict=False)
    ]


def fails(one: Attribution) -> bool:
    """Whether a picture's relevance is not the score's any more."""
    allowed = one.parameters.get(ALLOWED, WITHIN)
    return any(abs(share - 1) > allowed for share in shares_of(one))


def told(one: Attribution) -> str:
    """The conservation for a person, and what follows where it fails; nothing where none was
    told.
    """
    shares = shares_of(one)
    if not shares:
        return ""
    worst = max(shares, key=lambda share: abs(share - 1))
    of_which = "its relevance adds up to" if len(shares) == 1 else "relevance adds up to at worst"
    found = f"{of_which} {worst:.0%} of the score"
    if not fails(one):
        return found
    allowed = float(one.parameters.get(ALLOWED, WITHIN))
    why = f"; {in_biases}" if (in_biases := _in_biases(one)) else ""
    return f"{found}, which is more than {allowed:.0%} off: it is not ranked{why}"


def unranked(one: Attribution) -> str:
    """Why a map is not ranked, in a sentence; nothing where it may be."""
    if not fails(one):
        return ""
    sentence = told(one)
    advice = "Choose another method." if _in_biases(one) else "Another composite may keep it."
    return f"{sentence[0].upper()}{sentence[1:]}. {advice}"


def _in_biases(one: Attribution) -> str:
    """That what is lacking is with the biases, where most of it is; nothing elsewhere."""
    arrived, given, kept = (_numbers(one.chosen.get(name)) for name in (ARRIVED, GIVEN, KEPT))
    lacking = sum(given) - sum(arrived)
    if not kept or not sum(given) or not 0.9 <= sum(kept) / (lacking or 1.0) <= 1.1:
        return ""
    share = sum(kept) / sum(given)
    return f"{share:.0%} of the score comes from biases alone, which no pixel has a part in"


def unranked_of(maps: Mapping[str, Attribution], names: Iterable[str]) -> dict[str, str]:
    """The same of those of these methods whose maps are not ranked, by name."""
    reasons = {name: unranked(maps[name]) for name in names}
    return {name: why for name, why in reasons.items() if why}


def ranked_of(maps: Mapping[str, Attribution], found: Mapping[str, T]) -> dict[str, T]:
    """What was found of methods, by name, without those whose maps are not ranked."""
    barred = unranked_of(maps, found)
    return {name: one for name, one in found.items() if name not in barred}


def brief(one: Attribution) -> str:
    """The same in a few words, where it fails."""
    if not fails(one):
        return ""
    worst = max(shares_of(one), key=lambda share: abs(share - 1))
    return f"relevance {worst:.0%} of the score, not ranked"


def _numbers(found: object) -> list[float]:
    several = found if isinstance(found, list) else [found]
    return [value for value in several if type(value) is float and math.isfinite(value)]
