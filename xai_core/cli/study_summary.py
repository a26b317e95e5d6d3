"""What `study` says at its end."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

from xai_core.scores.statistics import statistics
from xai_core.scores.statistics_text import OverPictures, statistics_json, statistics_text
from xai_core.studies.jobs.plan import Plan
from xai_core.studies.jobs.result import result_of
from xai_core.studies.jobs.status import read_status, told
from xai_core.studies.result import StudyResult

SHOWN = 10  # refused pictures that are named


def summary_text(folder: Path, plan: Plan, quantile: float) -> Iterator[str]:
    """For a person."""
    found = result_of(folder, plan)
    yield from told(read_status(folder))
    for name, why in islice(found.refused.items(), SHOWN):
        yield f"left out: {name}: {why}"
    if len(found.refused) > SHOWN:
        yield f"left out: {len(found.refused) - SHOWN:,} more; --json names them all"
    yield from statistics_text(_over(found, quantile), {})
    yield f"kept in {folder}"


def summary_json(folder: Path, plan: Plan, quantile: float) -> dict[str, Any]:
    """For a program."""
    found = result_of(folder, plan)
    return {
        "schema": 1,
        "folder": str(folder),
        "model": found.model,
        "sha256": found.model_sha256,
        "quantile": quantile,
        "methods": {name: dict(given) for name, given in found.methods.items()},
        "status": read_status(folder).to_dict(),
        "pictures": len(found.pictures),
        "refused": dict(found.refused),
        "statistics": statistics_json(_over(found, quantile)),
    }


def _over(found: StudyResult, quantile: float) -> OverPictures:
    scores = found.table.at(quantile)
    return OverPictures(tuple(found.methods), len(scores), statistics(scores))
