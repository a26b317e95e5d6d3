"""The pictures of a study in a table that grows: what each is, its scores, how far it is."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
import streamlit as st

from components.maps.tiles import title_of
from components.pictures import choice, thumbnails
from components.session import percent, upload
from components.session.state.workspace import Workspace
from xai_core.runs.computation import samples_of
from xai_core.studies.computation import Subject
from xai_core.studies.result import StudyResult
from xai_core.studies.store import Table

ROW, MOST_HEIGHT = 52, 480  # pixels


def show(space: Workspace, quantile: float, opened: StudyResult | None = None) -> None:
    """Draw the table. opened: a kept study in the place of the one that is chosen."""
    if opened is not None:
        small = {
            one.sha256: thumbnails.small(opened.thumbnails[row])
            for row, one in enumerate(opened.pictures)
            if row in opened.thumbnails
        }
        names = [one.name for one in opened.pictures]
        ids = [one.sha256 for one in opened.pictures]
        _draw(_rows(names, ids, small, opened.table, list(opened.methods), quantile), "opened")
        return
    subjects = choice.subjects(space)
    if not subjects or not space.chosen:
        return
    small, methods = thumbnails.of(subjects), choice.methods(space)
    names, ids = [one.name for one in subjects], [one.sha256 for one in subjects]
    rows = _rows(names, ids, small, choice.known(space), list(methods), quantile)
    for row, one in zip(rows, subjects, strict=True):
        row["Done"] = percent.of(_share(space, one.sha256))
    _removable(space, subjects, rows)


def _removable(space: Workspace, subjects: Sequence[Subject], rows: list[dict[str, Any]]) -> None:
    listed = hashlib.sha256("".join(one.sha256 for one in subjects).encode()).hexdigest()
    if space.study_state.job is not None:
        _draw(rows, "many-table")
        return
    found: Any = _draw(rows, f"many-table-{listed[:12]}", ticked=True)
    marked = [subjects[row] for row in found.selection.rows if row < len(subjects)]
    if not marked:
        st.caption("Tick pictures to remove them.")
        return
    what = "1 picture" if len(marked) == 1 else f"{len(marked):d} pictures"
    if st.button(f"Remove {what}", key="many-remove-marked", icon=":material/delete:"):
        remove(space, marked)
        st.rerun(scope="app")


def remove(space: Workspace, marked: Sequence[Subject]) -> None:
    """Take pictures out of the study; an uploaded one leaves the server, too."""
    study_state, paths = space.study_state, {one.path for one in marked}
    for name, photo in list(study_state.uploaded.items()):
        if photo.path in paths:
            del study_state.uploaded[name]
            for path in photo.files:
                upload.dropped(path)
    study_state.photos = [
        name
        for name in study_state.photos
        if name in space.photos and space.photos[name].path not in paths
    ]


def _rows(
    names: Sequence[str],
    ids: Sequence[str],
    small: dict[str, str],
    table: Table | None,
    methods: Sequence[str],
    quantile: float,
) -> list[dict[str, Any]]:
    scores = np.full((len(names), len(methods)), np.nan) if table is None else table.at(quantile)
    causes = {} if table is None else table.causes
    return [
        {
            "": small.get(ids[row]) or thumbnails.blank(),
            "Picture": name,
            **{
                title_of(method): _told(float(scores[row, column]), (row, column) in causes)
                for column, method in enumerate(methods)
            },
        }
        for row, name in enumerate(names)
    ]


def _told(score: float, without: bool) -> str:
    return "no score" if without else f"{score:.3f}" if np.isfinite(score) else ""


def _share(space: Workspace, picture: str) -> float:
    """How much of a picture is computed, in [0, 1], by samples."""
    study_state, methods = space.study_state, choice.methods(space)
    study = study_state.study
    if study is None:
        return 0.0
    costs = samples_of(methods, study.spec.shape)
    through = study_state.within(picture)
    done = sum(
        costs[name] if study.entry(picture, name, given) else costs[name] * through.get(name, 0.0)
        for name, given in methods.items()
    )
    return min(1.0, done / max(1, sum(costs.values())))


def _draw(rows: list[dict[str, Any]], key: str, *, ticked: bool = False) -> Any:
    columns: dict[str, Any] = {
        "": st.column_config.ImageColumn(width=56),
        "Done": percent.column(0),
    }
    return st.dataframe(
        pd.DataFrame(rows),
        key=key,
        hide_index=True,
        placeholder="–",
        row_height=ROW,
        height=min(MOST_HEIGHT, ROW * len(rows) + 40),
        column_config=columns,
        alt="The pictures with their Complexity after removal, by method",
        on_select="rerun" if ticked else "ignore",
    )
