"""The pictures on which two neighbours stand the other way round; a click opens one."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import streamlit as st

from components.maps.tiles import title_of
from components.pictures import choice
from components.pictures import sheet as study_sheet
from components.session import decoding, problem
from components.session.state.workspace import Photo, Workspace
from xai_core.base.errors import XaiError
from xai_core.base.target import Target
from xai_core.maps.colours import data_url
from xai_core.scores.paired import Comparison
from xai_core.scores.statistics import Statistics
from xai_core.studies.computation import Subject
from xai_core.studies.result import StudyResult

MOST, COLUMNS = 24, 6


def show(space: Workspace, sheet: StudyResult, here: Statistics) -> None:
    """Draw the pictures of one pair, the clearest reversal first."""
    pairs = [one for one in here.neighbours if one.reversed_on]
    if not pairs:
        if here.neighbours:
            st.caption("On no picture is the order of two neighbours reversed.")
        return
    st.markdown("### Pictures on which the order is reversed")
    named = {_named(sheet, one): one for one in pairs}
    pair = named[st.selectbox("Pair", list(named), key="many-pair")]
    files = {one.sha256: one for one in choice.subjects(space)}
    rows = pair.reversed_on[:MOST]
    for start in range(0, len(rows), COLUMNS):
        for column, row in zip(st.columns(COLUMNS), rows[start : start + COLUMNS], strict=False):
            gap = here.scores[row, pair.front] - here.scores[row, pair.back]
            with column:
                _tile(space, sheet, row, float(gap), files.get(sheet.pictures[row].sha256))
    if len(pair.reversed_on) > MOST:
        st.caption(f"And {len(pair.reversed_on) - MOST} more.")


def _tile(space: Workspace, sheet: StudyResult, row: int, gap: float, file: Subject | None) -> None:
    picture = sheet.pictures[row]
    try:
        if row in sheet.thumbnails:
            st.image(data_url(sheet.thumbnails[row]), width="stretch", alt=picture.name)
        elif file is not None:
            st.image(data_url(_thumbnail(str(file.path))), width="stretch", alt=picture.name)
    except XaiError as error:  # its file is gone from the server
        problem.show(error)
    st.caption(f"{problem.plain(picture.name)}  \nreversed by {gap:.3f} nats")
    if file is None:
        return
    # A callback: the click counts also where the picture is no longer listed in the next run,
    # because the quantile was still moving or another picture was done.
    st.button(
        "Open",
        key=f"many-open-{picture.sha256}",
        help="Opens the heatmaps of this picture, with the same methods and the same class.",
        width="stretch",
        on_click=_choose,
        args=(space, file, sheet.target),
    )


def _choose(space: Workspace, picture: Subject, target: int | Target | None) -> None:
    space.add_photo(Photo(picture.name, picture.path))
    space.target = target
    space.study_state.opening = True


def follow(space: Workspace) -> None:
    """Go to the heatmaps of the picture that was clicked; a callback itself cannot."""
    if space.study_state.opening:
        space.study_state.opening = False
        # Without words of its own it fails, because a slider is bound to one (Streamlit 1.67).
        st.switch_page("pages/compare/heatmaps.py", query_params={})


def _named(sheet: StudyResult, pair: Comparison) -> str:
    names = [title_of(name) for name in sheet.methods]
    front, back = names[pair.front], names[pair.back]
    return f"{back} below {front}: {len(pair.reversed_on)} of {pair.pictures} pictures"


@st.cache_data(max_entries=256, show_spinner=False)
def _thumbnail(path: str) -> np.ndarray:
    return study_sheet.thumbnail(Path(path), decoding.decoding())
