"""What `study` says at its end."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

from xai_core.scores.statistics_text import OverPictures, statistics_json, statistics_text
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
    yield from statistics_text(_over(found), {})
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
        "statistics": statistics_json(_over(found)),
    }


def _over(found: StudySummary) -> OverPictures:
    return OverPictures(found.methods, found.pictures, found.statistics)
