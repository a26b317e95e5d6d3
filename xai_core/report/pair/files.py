"""The zip of two models: both maps of each method, what differs, recipe and provenance, figures."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from xai_core.base.text import cell
from xai_core.maps.colours import png_bytes
from xai_core.readiness import to_json
from xai_core.report import files
from xai_core.report.code import file_name
from xai_core.report.pair import card, page
from xai_core.report.pair.subject import NAMES, PairSubject
from xai_core.runs.manifest import told
from xai_core.runs.run import Run

FACTS = (
    *("model", "model_sha256", "model_format", "picture", "picture_sha256", "content", "target"),
    *("target_label", "created", "versions", "failures"),
)


def zipped(subject: PairSubject) -> bytes:
    """The archive; every name in it is plain and relative."""
    return files.packed(_entries(subject))


def _entries(subject: PairSubject) -> Iterator[tuple[str, bytes]]:
    sides = list(zip(NAMES, (subject.pair.first, subject.pair.second), strict=True))
    for name, found in subject.maps.items():
        stem = f"maps/{file_name(name)}"
        for side, one in sides:
            yield f"{stem}-{side}.npy", files.array(one.run.attributions[name].values)
        yield f"{stem}-A-after.npy", files.array(found.first)
        yield f"{stem}-B-after.npy", files.array(found.second)
        yield f"{stem}-B-minus-A.npy", files.array(found.signed)
    yield "maps.csv", _differences(subject)
    yield "prediction.csv", _table(("class", *NAMES), subject.rows())
    yield "recipe.json", files.as_json(subject.recipe.to_dict())
    provenance = {side: _provenance(subject, one.run) for side, one in sides}
    yield "provenance.json", files.as_json({"schema": 1, **provenance})
    for side, one in sides:
        yield f"verdict-{side}.json", files.as_json(to_json(one.verdict))
    yield "figures/photo.png", png_bytes(subject.photo)
    yield "figures/card-light.png", card.png(subject, "light")
    yield "figures/card-dark.png", card.png(subject, "dark")
    yield "figures/card.svg", card.svg(subject)
    yield "report.html", page.html_of(subject)


def _differences(subject: PairSubject) -> bytes:
    heads = ("method", "rank_correlation", "ssim", "cosine", "largest_difference", "same")
    rows = (
        (
            file_name(name),
            found.similarity.rank,
            found.similarity.structure,
            found.cosine,
            found.largest,
            found.same,
        )
        for name, found in subject.maps.items()
    )
    return _table(heads, rows)


def _table(heads: Sequence[str], rows: Iterable[Sequence[object]]) -> bytes:
    text = io.StringIO()
    table = csv.writer(text)
    table.writerow(heads)
    table.writerows([cell(one) if isinstance(one, str) else one for one in row] for row in rows)
    return text.getvalue().encode()


def _provenance(subject: PairSubject, run: Run) -> dict[str, Any]:
    methods = {name: told(run.attributions[name]) for name in subject.maps}
    return {**{name: getattr(run, name) for name in FACTS}, "methods": methods}
