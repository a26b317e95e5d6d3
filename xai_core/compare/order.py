"""Who changes places between two models, told only as surely as the draws allow."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from xai_core.attribution.methods.base import title_of
from xai_core.runs.difference import order
from xai_core.runs.run import Run, Score
from xai_core.scores.margin import Flip, Spread, flips, spreads_of

NOBODY = "Nobody changes places"
Scores = Mapping[str, Score]


def changes_of_place(
    runs: tuple[Run, Run], scores: tuple[Scores, Scores], quantile: float
) -> tuple[Flip, ...]:
    """Pairs of methods that stand the other way round in B, the clearest first.

    Args:
        scores: of the methods that both have. In a `Flip`, `raw` is of A and `after` of B.
    """
    first, second = (spreads_of(run.attributions, quantile) for run in runs)
    shared = {name: Spread(first[name].after, second[name].after) for name in scores[0]}
    return flips(order(scores[0]), order(scores[1]), shared)


def told(found: tuple[Flip, ...], *, title: Callable[[str], str] = title_of) -> str:
    """In a sentence or two, without the last full stop."""
    parts = []
    for state, lead in (
        ("sure", "In B "),
        ("unknown", "By this one seed, in B "),
        ("close", "Too close to call whether in B "),
    ):
        pairs = [
            f"{title(one.after.front)} overtakes {title(one.after.back)}"
            for one in found
            if one.state == state
        ]
        if pairs:
            parts.append(lead + ", ".join(pairs))
    return ". ".join(parts) or NOBODY
