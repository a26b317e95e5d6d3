"""Rankings for a person and as JSON."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from itertools import zip_longest
from typing import Any

from xai_core.base.finding import by_reason
from xai_core.cli.ranking import controls, margins
from xai_core.cli.ranking.ranked import Ranked
from xai_core.scores.public.asked_metric import AskedMetric
from xai_core.scores.ranking import Entry
from xai_core.worker import ModelCard

WIDTH = 38


def as_json(
    card: ModelCard, metric: AskedMetric, quantile: float, results: list[Ranked]
) -> dict[str, Any]:
    """All rankings, best first."""
    return {
        "schema": 1,
        "model": card.file,
        "sha256": card.sha256,
        "metric": metric.name,
        "parameters": dict(metric.parameters),
        "definition": metric.plugin.definition,
        "quantile": quantile,
        **({"labels_assumed": True} if card.labels_assumed and card.labels else {}),
        "pictures": [
            {
                "picture": one.picture,
                "target": one.target,
                "raw": [asdict(entry) for entry in one.raw.entries],
                "after": [asdict(entry) for entry in one.after.entries],
                "overtakings": [
                    {**asdict(flip), **margins.of_flip(one.sure, flip)} for flip in one.flips
                ],
                "headline": margins.as_json(one.sure),
                **({"controls": controls.as_json(one.beside)} if one.beside else {}),
            }
            for one in results
        ],
    }


def as_text(asked: AskedMetric, quantile: float, results: list[Ranked]) -> Iterator[str]:
    """Two columns a picture: raw, and after removal."""
    metric = asked.plugin
    yield f"{asked.title}, {metric.direction} is better: {metric.definition}"
    for one in results:
        yield ""
        yield f"{one.picture}: {one.target}"
        yield f"  {'raw':<{WIDTH}}after removal at {quantile:g}"
        for left, right in zip_longest(one.raw.entries, one.after.entries):
            yield f"  {_cell(left):<{WIDTH}}{_cell(right)}".rstrip()
        yield from margins.as_text(one.sure, one.flips)
        causes = {entry.name: entry.cause for entry in one.after.entries if entry.cause}
        for cause, names in by_reason(causes).items():
            yield f"  no score for {', '.join(names)}: {cause}"
        if one.beside:
            yield from controls.as_text(one.beside)


def _cell(entry: Entry) -> str:
    if entry.place is None:
        return f" -  {entry.name}"
    return f"{entry.place:>2}. {entry.name:<22}{entry.score:>7.4f}"
