"""What a report says of a ranking: who overtakes whom, where, and which quantile to take."""

from __future__ import annotations

from collections.abc import Iterator

from xai_core.attribution.methods.base import title_of
from xai_core.report.subject import QUANTILES, Subject
from xai_core.scores.crossings import crossings, unaffected_until
from xai_core.scores.suggestion import pedestal, stable_range


def of(subject: Subject) -> Iterator[str]:
    """Crossings of the sweep, maps that removal does not touch, suggested quantiles."""
    for one in crossings(subject.curves, QUANTILES):
        winner, loser = title_of(one.winner), title_of(one.loser)
        yield f"{winner} overtakes {loser} at quantile {one.quantile:.2f}."
    for name, values in subject.before.items():
        until = unaffected_until(values)
        if until:
            yield f"Removal does not touch {title_of(name)} up to quantile {until:.2f}."
    held = stable_range(subject.curves, QUANTILES)
    if held is not None:
        span = f"{held.low:.2f} to {held.high:.2f}"
        yield f"Suggested: {held.quantile:.2f}, middle of {span}, the widest range without a flip."
    for name, values in subject.before.items():
        foot = pedestal(values)
        if foot is not None:
            told = f"end of {title_of(name)}'s pedestal, {foot.share:.0%} of its sum"
            yield f"Suggested: {foot.quantile:.2f}, {told} (triangle method)."
