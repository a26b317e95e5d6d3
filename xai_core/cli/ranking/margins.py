"""The headline of `rank`, and how sure each change of places is."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from xai_core.runs.run import Run
from xai_core.scores.headline import Headline, headline
from xai_core.scores.margin import Flip, Margin, flips, spreads_of
from xai_core.scores.ranking import Overtaking, Ranking


@dataclass(frozen=True)
class Margins:
    """Of one picture. flips: by winner and loser."""

    said: Headline
    flips: Mapping[tuple[str, str], Flip]


def margins_of(run: Run, raw: Ranking, after: Ranking, quantile: float) -> Margins:
    """Of rankings by Complexity, whose spread over seeds the run's own draws tell."""
    spreads = spreads_of(run.attributions, quantile)
    found = {(one.after.front, one.after.back): one for one in flips(raw, after, spreads)}
    return Margins(headline(raw, after, spreads, title=str), found)


def of_flip(margins: Margins | None, flip: Overtaking) -> dict[str, Any]:
    """For a program, beside the names of the pair."""
    if margins is None:
        return {}
    found = margins.flips[flip.winner, flip.loser]
    return {"state": found.state, "raw": _figures(found.raw), "after": _figures(found.after)}


def as_json(margins: Margins | None) -> dict[str, Any] | None:
    """The headline, for a program."""
    if margins is None:
        return None
    said = margins.said
    figures = None if said.margin is None else _figures(said.margin)
    return {"sentence": str(said), "state": said.state, "margin": figures}


def as_text(margins: Margins | None, changes: tuple[Overtaking, ...]) -> Iterator[str]:
    """The headline, then a line for each change of places."""
    if margins is not None:
        yield f"  {margins.said}"
    for one in changes:
        told = f"  {one.winner} overtakes {one.loser}"
        if margins is None:
            yield told
            continue
        flip = margins.flips[one.winner, one.loser]
        doubt = {"close": ": too close to call", "unknown": ": by this one seed"}
        figures = f" ({flip.raw} behind, then {flip.after} ahead)"
        yield f"{told}{doubt.get(flip.state, '')}{figures}"


def _figures(one: Margin) -> dict[str, Any]:
    spread = None if math.isnan(one.spread) else one.spread
    return {"front": one.front, "back": one.back, "nats": one.value, "spread": spread}
