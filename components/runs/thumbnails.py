"""A kept run in small: its picture, its first maps, and the score of each method."""

from __future__ import annotations

import io
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import streamlit as st
from PIL import Image

from components.maps import tiles
from components.maps.tiles import Look, title_of
from components.session.kept_runs import store
from xai_core.maps.canonical import before_removal
from xai_core.maps.colours import coloured
from xai_core.runs.entry import Kept
from xai_core.runs.reading import open_run
from xai_core.runs.run import Run
from xai_core.studies.result import StudyResult, open_study

SIDE, MOST = 144, 4


@dataclass(frozen=True)
class Digest:
    """What a card shows.

    Attributes:
        pictures: JPEG files, and what each is of. more: maps that are not among them.
        scores: Complexity after removal by method, of a study its mean; NaN where undefined.
        quantile: of the scores; None where nothing was removed.
    """

    pictures: tuple[tuple[bytes, str], ...]
    more: int
    scores: tuple[tuple[str, float], ...]
    quantile: float | None


def of(one: Kept) -> Digest:
    """The digest of a kept run or study. Raises `InputError` where it cannot be read."""
    return _digest(str(store().folder_of(one.id)), one.study)


@st.cache_data(max_entries=200, show_spinner=False)
def _digest(folder: str, study: bool) -> Digest:
    return _of_study(open_study(Path(folder))) if study else _of_run(open_run(Path(folder)))


def _of_run(run: Run) -> Digest:
    shown = [(_small(tiles.cut(run)), f"The picture {run.picture}")]
    look = Look()
    for name in list(run.attributions)[:MOST]:
        values = np.abs(before_removal(run.attributions[name], run.recipe)[0])
        picture = coloured(values, look.sequential, 0.0, tiles.brightest(values, look))
        shown.append((_small(picture), f"Heatmap by {title_of(name)}"))
    scores = tuple((name, one.after) for name, one in run.scores.items())
    more = max(0, len(run.attributions) - MOST)
    return Digest(tuple(shown), more, scores, run.recipe.quantile)


def _of_study(study: StudyResult) -> Digest:
    found = [(row, one) for row, one in study.thumbnails.items() if row < len(study.pictures)]
    shown = [(_small(one), f"The picture {study.pictures[row].name}") for row, one in found]
    table = study.table.at(study.quantile)
    scores = []
    for column, name in enumerate(study.methods):
        known = table[:, column][np.isfinite(table[:, column])]
        scores.append((name, float(known.mean()) if known.size else float("nan")))
    more = len(study.pictures) - len(shown[: MOST + 1])
    return Digest(tuple(shown[: MOST + 1]), max(0, more), tuple(scores), study.quantile)


def _small(picture: np.ndarray) -> bytes:
    buffer = io.BytesIO()
    image = Image.fromarray(picture)
    image.thumbnail((SIDE, SIDE))
    image.save(buffer, "JPEG", quality=80)
    return buffer.getvalue()
