"""The zip of a run: maps, scores, recipe and provenance, figures, and the code that repeats it."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from typing import Any

import numpy as np

from xai_core.base.text import cell
from xai_core.maps.colours import png_bytes
from xai_core.readiness import to_json
from xai_core.readiness.verdict.json import plain as finite
from xai_core.report import baselines, card, code
from xai_core.report.code import file_name
from xai_core.report.subject import Subject
from xai_core.runs.manifest import told

DATE = (1980, 1, 1, 0, 0, 0)  # the same run gives the same bytes


def zipped(subject: Subject) -> bytes:
    """The archive; every name in it is plain and relative."""
    return packed(_entries(subject))


def packed(entries: Iterable[tuple[str, bytes]]) -> bytes:
    """An archive of these files, by name; the same files give the same bytes."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in entries:
            archive.writestr(zipfile.ZipInfo(name, DATE), data, zipfile.ZIP_DEFLATED)
    return buffer.getvalue()


def _entries(subject: Subject) -> Iterator[tuple[str, bytes]]:
    for name in subject.methods:
        stem = f"maps/{file_name(name)}"
        yield f"{stem}.npy", array(subject.run.attributions[name].values)
        yield f"{stem}-before.npy", array(subject.before[name])
        yield f"{stem}-after.npy", array(subject.removals[name].values)
    yield "scores.csv", _scores(subject)
    yield "recipe.json", as_json(subject.recipe.to_dict())
    yield "provenance.json", as_json(_provenance(subject))
    if subject.verdict is not None:
        yield "verdict.json", as_json(to_json(subject.verdict))
    yield "figures/photo.png", png_bytes(subject.photo)
    yield "figures/card-light.png", card.png(subject, "light")
    yield "figures/card-dark.png", card.png(subject, "dark")
    yield "figures/card.svg", card.svg(subject)
    shown = [subject.run.attributions[name].parameters for name in subject.methods]
    for name, pictures in baselines.contents(shown):
        yield name, array(pictures)
    yield "repeat.py", code.script(subject).encode()
    yield "commands.txt", ("\n".join(code.commands(subject)) + "\n").encode()


def _scores(subject: Subject) -> bytes:
    text = io.StringIO()
    table = csv.writer(text)
    table.writerow(["method", "raw", "place_raw", "after", "place_after", "effective_share"])
    raw = {entry.name: entry for entry in subject.raw.entries}
    for entry in subject.after.entries:
        was = raw[entry.name]
        after = (entry.score, entry.place, entry.effective_share)
        table.writerow([cell(file_name(entry.name)), was.score, was.place, *after])
    return text.getvalue().encode()


def _provenance(subject: Subject) -> dict[str, Any]:
    run = subject.run
    names = ("model", "model_sha256", "model_format", "picture", "picture_sha256", "content")
    more = ("target", "target_label", "created", "versions", "failures")
    return {
        "schema": 1,
        **{name: getattr(run, name) for name in (*names, *more)},
        "guesses": [asdict(guess) for guess in run.guesses],
        "setup": asdict(subject.setup),
        "run": subject.run_id,
        "methods": {name: told(run.attributions[name]) for name in subject.methods},
    }


def array(values: np.ndarray) -> bytes:
    """As `numpy.save` writes it."""
    buffer = io.BytesIO()
    np.save(buffer, values, allow_pickle=False)
    return buffer.getvalue()


def as_json(data: Any) -> bytes:
    """With numbers that JSON does not know (infinite, not a number) as null."""
    text = json.dumps(finite(data), indent=1, ensure_ascii=False, default=dict, allow_nan=False)
    return (text + "\n").encode()
