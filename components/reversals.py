"""The pictures on which two neighbours stand the other way round; a click opens one."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import streamlit as st

from components import backend, problem, study
from components.state import Photo, Workspace
from components.tiles import title_of
from xai_core.errors import XaiError
from xai_core.images import InputSpec
from xai_core.paired import Comparison
from xai_core.study import Table
from xai_core.study_run import Subject
from xai_core.study_statistics import Statistics

MOST, COLUMNS, SIDE = 24, 6, 160


def show(space: Workspace, table: Table, here: Statistics) -> None:
    """Draw the pictures of one pair, the clearest reversal first."""
    pairs = [one for one in here.neighbours if one.reversed_on]
    if not pairs:
        if here.neighbours:
            st.caption("On no picture is the order of two neighbours reversed.")
        return
    st.markdown("##### Pictures on which the order is reversed")
    place = st.selectbox(
        "Pair",
        range(len(pairs)),
        format_func=lambda place: _named(space, pairs[place]) if place < len(pairs) else "",
        key="many-pair",
    )
    pair = pairs[min(int(place or 0), len(pairs) - 1)]
    pictures = study.subjects(space)
    rows = pair.reversed_on[:MOST]
    for start in range(0, len(rows), COLUMNS):
        for column, row in zip(st.columns(COLUMNS), rows[start : start + COLUMNS], strict=False):
            gap = here.scores[row, pair.front] - here.scores[row, pair.back]
            with column:
                _tile(space, pictures[row], float(gap), table.targets.get(row))
    if len(pair.reversed_on) > MOST:
        st.caption(f"And {len(pair.reversed_on) - MOST} more.")


def _tile(space: Workspace, picture: Subject, gap: float, target: int | None) -> None:
    try:
        st.image(_thumbnail(str(picture.path)), width="stretch", alt=picture.name)
    except XaiError as error:  # its file is gone from the server
        problem.show(error)
    st.caption(f"{problem.plain(picture.name)}  \nreversed by {gap:.3f} nats")
    if st.button(
        "Open",
        key=f"many-open-{picture.sha256}",
        help="Opens the heatmaps of this picture, with the same methods and the same class.",
        width="stretch",
    ):
        _open(space, picture, target)


def _open(space: Workspace, picture: Subject, target: int | None) -> None:
    space.add_photo(Photo(picture.name, picture.path))
    if space.many.target is not None:
        space.target = target
    st.switch_page("pages/compare/heatmaps.py")


def _named(space: Workspace, pair: Comparison) -> str:
    front, back = (title_of(space.chosen[column]) for column in (pair.front, pair.back))
    return f"{back} below {front}: {len(pair.reversed_on)} of {pair.pictures} pictures"


@st.cache_data(max_entries=256, show_spinner=False)
def _thumbnail(path: str) -> np.ndarray:
    spec = InputSpec(height=SIDE, width=SIDE, resize=SIDE)
    return backend.decoded(Path(path), spec).picture
