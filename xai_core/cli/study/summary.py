"""What `study` says at its end."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

from xai_core.scores.public.asked_metric import AskedMetric
from xai_core.scores.statistics_text import (
    OverPictures,
    as_json,
    statistics_text,
    with_interval,
)
from xai_core.studies.jobs.plan import Plan
from xai_core.studies.jobs.status import read_status, told
from xai_core.studies.summary import StudySummary, open_summary

SHOWN = 10  # of refused pictures, those that are named for each cause
CAUSES = 20  # that are told, the most frequent ones


def summary_text(folder: Path, quantile: float) -> Iterator[str]:
    """For a person."""
    found = open_summary(folder, quantile)
    yield from told(read_status(folder))
    by_cause: dict[str, list[str]] = {}
    for name, cause in found.refused.items():
        by_cause.setdefault(cause, []).append(name)
    frequent = sorted(by_cause.items(), key=lambda one: -len(one[1]))
    for cause, names in frequent[:CAUSES]:
        more = f" and {len(names) - SHOWN:,} more" if len(names) > SHOWN else ""
        yield f"left out: {', '.join(sorted(names)[:SHOWN])}{more}: {cause}"
    yield from _others(len(frequent))
    for method, causes in found.causes.items():
        for cause, count in causes.most_common(CAUSES):
            yield f"no score for {method} on {count:,} pictures: {cause}"
        yield from _others(len(causes))
    if found.pictures == 1:  # nothing to be said over pictures
        yield ""
        for column in found.statistics.order:
            yield f"  {found.methods[column]:<22}{found.scores[0, column]:>8.4f}"
    yield from statistics_text(_over(found), {})
    for metric in found.figures:
        yield from _metric_text(found, metric)
    yield f"kept in {folder}"


def _others(causes: int) -> Iterator[str]:
    if causes > CAUSES:
        yield f"and {causes - CAUSES:,} more causes, see --json"


def summary_json(folder: Path, plan: Plan, quantile: float) -> dict[str, Any]:
    """For a program."""
    found = open_summary(folder, quantile)
    return {
        "schema": 1,
        "folder": str(folder),
        "model": plan.name,
        "sha256": plan.setting.model_sha256,
        "quantile": found.quantile,
        "methods": {
            name: dict(given) for name, given in zip(found.methods, found.parameters, strict=True)
        },
        "status": asdict(read_status(folder)),
        "pictures": found.pictures,
        "refused": dict(found.refused),
        "causes": {name: dict(causes) for name, causes in found.causes.items()},
        "statistics": as_json(found.methods, found.statistics) if found.pictures else None,
        "metrics": {metric: _metric_json(found, metric) for metric in found.figures},
    }


def _metric_text(found: StudySummary, metric: str) -> Iterator[str]:
    """Means of one metric with intervals, best first, and why maps have no figure."""
    asked, here = AskedMetric.of_text(metric), found.measured[metric]
    yield ""
    yield f"{asked.title} {asked.where}, {asked.plugin.direction} is better ({metric})"
    for column in here.order:
        mean, low, high = (
            one[column] for one in (here.means.mean, here.means.low, here.means.high)
        )
        count = int(here.means.pictures[column])
        yield f"  {found.methods[column]:<22}{with_interval(mean, low, high)}  of {count:,}"
    for cause, count in found.reasons.get(metric, Counter()).most_common(SHOWN):
        yield f"  none for {count:,} maps: {cause}"


def _metric_json(found: StudySummary, metric: str) -> dict[str, Any]:
    asked = AskedMetric.of_text(metric)
    return {
        "metric": asked.name,
        "title": asked.title,
        "parameters": dict(asked.parameters),
        "quantile": asked.quantile,
        "direction": asked.plugin.direction,
        "definition": asked.plugin.definition,
        "causes": dict(found.reasons.get(metric, {})),
        "statistics": as_json(found.methods, found.measured[metric]),
    }


def _over(found: StudySummary) -> OverPictures:
    return OverPictures(found.methods, found.pictures, found.statistics)
