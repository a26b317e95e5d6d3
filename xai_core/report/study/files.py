"""The zip of a study: scores of every picture, statistics, recipe, provenance, figures, code."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from xai_core.base.target import asked_to_json
from xai_core.base.text import cell
from xai_core.readiness import to_json
from xai_core.report import baselines, files
from xai_core.report.code import file_name
from xai_core.report.study import card, code
from xai_core.report.study.page import html_of
from xai_core.report.study.subject import StudySubject
from xai_core.scores.statistics_text import as_json
from xai_core.studies.entry import QUANTILES
from xai_core.studies.result import PLAIN


def zipped(subject: StudySubject) -> bytes:
    """The archive; every name in it is plain and relative."""
    return files.packed(_entries(subject))


def _entries(subject: StudySubject) -> Iterator[tuple[str, bytes]]:
    study = subject.study
    yield "scores.csv", _scores(subject)
    if study.table.figures:
        yield "metrics.csv", _figures(subject)
    yield "raw.npy", files.array(study.table.raw)
    yield "curves.npy", files.array(study.table.curves)
    yield "quantiles.npy", files.array(QUANTILES)
    told = {"quantile": subject.quantile, **as_json(list(study.methods), subject.here)}
    yield "statistics.json", files.as_json(told)
    yield "recipe.json", files.as_json({**study.recipe.to_dict(), "quantile": subject.quantile})
    yield "provenance.json", files.as_json(_provenance(subject))
    if subject.verdict is not None:
        yield "verdict.json", files.as_json(to_json(subject.verdict))
    yield "report.html", html_of(subject)
    yield "figures/card-light.png", card.png(subject, "light")
    yield "figures/card-dark.png", card.png(subject, "dark")
    yield "figures/card.svg", card.svg(subject)
    for name, pictures in baselines.contents(study.methods):
        yield name, files.array(pictures)
    yield "repeat.py", code.script(subject).encode()


def _scores(subject: StudySubject) -> bytes:
    """One line a picture and method."""
    study, here = subject.study, subject.here
    text = io.StringIO()
    table = csv.writer(text)
    table.writerow(["picture", "sha256", "class", "method", "raw", "after", "cause"])
    for row, one in enumerate(study.pictures):
        for column, name in enumerate(study.methods):
            scores = (study.table.raw[row, column], here.scores[row, column])
            cause = study.table.causes.get((row, column), "")
            target = "" if one.target is None else one.target
            named = file_name(one.name)
            cells = [named, one.sha256, target, file_name(name), *scores, cause]
            table.writerow(map(cell, cells))
    return text.getvalue().encode()


def _figures(subject: StudySubject) -> bytes:
    """What was measured beside the score: one line a picture and method, a column a metric."""
    study = subject.study
    figures, text = study.table.figures, io.StringIO()
    table = csv.writer(text)
    table.writerow(map(cell, ["picture", "sha256", "method", *figures]))
    for row, one in enumerate(study.pictures):
        for column, name in enumerate(study.methods):
            values = (found[row, column] for found in figures.values())
            table.writerow(map(cell, [file_name(one.name), one.sha256, file_name(name), *values]))
    return text.getvalue().encode()


def _provenance(subject: StudySubject) -> dict[str, Any]:
    study = subject.study
    spec = study.input_spec.to_dict() if study.input_spec else None
    return {
        "schema": 1,
        **{name: getattr(study, name) for name in PLAIN},
        "target": asked_to_json(study.target),
        "pictures": [asdict(one) for one in study.pictures],
        "input_spec": spec,
        "pace": asdict(study.pace),
        "setup": asdict(subject.setup),
        "run": subject.run_id,
    }
