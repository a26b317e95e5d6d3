"""The controls of `rank`: in a part of their own, never ranked."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from xai_core.base.errors import InputError
from xai_core.base.finding import by_reason
from xai_core.cli.console import progress_bar
from xai_core.pictures.preprocessing import prepare
from xai_core.runs.run import Run, Score
from xai_core.runs.sanity import (
    TWIN,
    Checked,
    checked,
    make_controls,
    picture_scores,
    similarities,
    twin_scores,
)
from xai_core.scores.public.asked_metric import AskedMetric
from xai_core.worker import ModelCard, Worker
from xai_core.worker.decoding import open_picture


@dataclass(frozen=True)
class ControlScores:
    """What the controls of one picture say. `failures`: why a method has no twin."""

    picture: dict[str, Score]
    methods: dict[str, Checked]
    failures: dict[str, str]


def refuse_unless_possible(args: argparse.Namespace) -> None:
    """Raise `InputError` where controls are asked for of a metric that has none."""
    metric = AskedMetric.of_text(args.metric).plugin
    if args.controls and metric.needs != "map":
        raise InputError(
            f"Controls are scored by metrics of the map alone, not by {metric.title}.",
            "Leave --controls out, or choose another --metric.",
        )


def beside(
    worker: Worker, card: ModelCard, file: Path, run: Run, scores: dict[str, Score], metric: str
) -> ControlScores:
    """Make the controls of a run, and compare."""
    inputs = prepare(open_picture(file, card.input_spec), card.input_spec).inputs
    with progress_bar(f"{file.name}, controls") as progress:
        made = make_controls(worker, run, inputs, progress=progress)
    picture = picture_scores(worker, made, run.recipe, metric)
    twins = twin_scores(worker, made, run.recipe, metric)
    found = checked(scores, picture, twins, similarities(run, made, run.recipe), metric)
    return ControlScores(picture, found, dict(made.failures))


def as_json(one: ControlScores) -> dict[str, Any]:
    """Scores of the controls, and each method beside them."""
    return {
        "picture": {name: asdict(score) for name, score in one.picture.items()},
        "methods": {
            name: {
                TWIN: asdict(found.controls[TWIN]) if TWIN in found.controls else None,
                "similarity": asdict(found.similarity) if found.similarity else None,
                "insensitive": found.insensitive,
                "not_beaten": list(found.not_beaten),
                "cause": one.failures.get(name),
            }
            for name, found in one.methods.items()
        },
    }


def as_text(one: ControlScores) -> Iterator[str]:
    """A line for each control, then one for each method that fails a check."""
    yield "  controls, not ranked"
    rows = {**one.picture}
    rows |= {
        f"{name}, {TWIN}": found.controls[TWIN]
        for name, found in one.methods.items()
        if TWIN in found.controls
    }
    for name, score in rows.items():
        yield f"   {name:<40}{score.raw:>8.4f}  after removal {score.after:.4f}"
    for name, found in one.methods.items():
        if found.insensitive:
            yield f"  {name} hardly depends on the model's weights"
        if found.not_beaten:
            yield f"  {name} scores no better than {', '.join(found.not_beaten)}"
    for why, names in by_reason(one.failures).items():
        yield f"  no control for {', '.join(names)}: {why}"
