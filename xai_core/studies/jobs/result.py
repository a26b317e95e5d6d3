"""A study out of its shards, as one that a page, a report and a notebook open."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from xai_core.base.environment import machine, versions
from xai_core.base.errors import InputError
from xai_core.studies.entry import Entry
from xai_core.studies.jobs.plan import Plan, read_plan
from xai_core.studies.records import parameters_digest
from xai_core.studies.result import StudiedPicture, StudyResult
from xai_core.studies.shards import Row, Shards
from xai_core.studies.table import table_of

MOST = 20_000  # pictures whose curves are held in memory


def result_of(folder: Path, plan: Plan | None = None) -> StudyResult:
    """What a folder knows so far, pictures by name.

    Raises:
        InputError: there is no study, or it has more pictures than fit into a result.
    """
    plan = plan or read_plan(folder)
    shards = Shards(folder)
    pictures: dict[str, StudiedPicture] = {}
    scores: dict[tuple[str, str], Row] = {}
    refused: dict[str, str] = {}
    seconds = 0.0
    asked = {name: parameters_digest(name, given) for name, given in plan.methods.items()}
    for row in shards.rows():
        if row.kind != "score":
            refused[row.name] = row.cause or ""
        elif parameters_digest(row.method, row.parameters) == asked.get(row.method):
            known = pictures.get(row.picture) or StudiedPicture(row.name, row.picture, row.target)
            pictures[row.picture] = replace(known, mask=row.mask)  # of several the latest counts
            scores[row.picture, row.method] = row
            seconds += row.seconds
        if len(pictures) > MOST:
            raise InputError(
                f"The study in {folder.name} has more than {MOST:,} pictures.",
                "Read its shards: `xai_core.studies.shards.Shards(folder).batches()`.",
            )
    for one in pictures.values():  # it was looked for again
        refused.pop(one.name, None)
    ordered = sorted(pictures.values(), key=lambda one: one.name)
    scored, names = {one.name for one in ordered}, list(plan.methods)

    def entry(row: int, column: int) -> Entry | None:
        found = scores.get((ordered[row].sha256, names[column]))
        return None if found is None else found.entry

    return StudyResult(
        pictures=tuple(ordered),
        table=table_of((len(ordered), len(names)), entry),
        refused={name: refused[name] for name in sorted(refused.keys() - scored)},
        seconds=seconds,
        **_facts(plan, shards.description.told),
    )


def _facts(plan: Plan, told: Mapping[str, Any]) -> dict[str, Any]:
    setting, options = plan.setting, plan.setting.options
    return {
        "model": plan.name,
        "model_sha256": setting.model_sha256,
        "model_format": plan.model_format,
        "methods": plan.methods,
        "recipe": setting.recipe,
        "seed": setting.seed,
        "target": setting.target,
        "created": str(told.get("created", "")),
        "versions": dict(told.get("versions", {})),
        "machine": str(told.get("machine", "")),
        "input_spec": setting.spec,
        "architecture": options.architecture,
        "output": options.output,
        "weights": options.weights,
        "head_activation": options.head_activation,
        "member": options.member,
        "other_inputs": tuple(map(str, options.other_inputs)),
        "trusted": plan.trusted or bool(options.code),
        "pace": plan.pace,
    }


def facts_now() -> dict[str, Any]:
    """What is told of a study when it begins."""
    now = datetime.now(UTC).isoformat(timespec="seconds")
    return {"created": now, "versions": versions(), "machine": machine()}
