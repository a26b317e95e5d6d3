"""Which maps of a study are kept, and the way to them."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence
from functools import partial
from pathlib import Path

import streamlit as st

from components.pictures import choice as study_choice
from components.session import choice, text
from components.session.state.workspace import Workspace
from xai_core.base.errors import XaiError
from xai_core.base.limits import MB
from xai_core.studies.asked.maps import MOST, MapChoice
from xai_core.studies.computation import Subject
from xai_core.studies.maps.files import StudyMaps
from xai_core.studies.store import Methods, Study, Table

NONE, ALL = "none", "all"
MOST_BYTES = 500 * MB  # of maps that one archive takes into memory
TITLES = {
    NONE: "None",
    ALL: "All",
    "reversed": "Where two methods change places",
    "least": "The least complex of each method",
    "most": "The most complex of each method",
}


def show(space: Workspace) -> None:
    """Draw the choice."""
    state = space.study_state
    left, right = st.columns([3, 1], vertical_alignment="bottom")
    state.maps = choice.one(
        left.selectbox,
        "Maps to keep",
        list(TITLES),
        state.maps,
        key="many-maps",
        later=True,
        format_func=TITLES.__getitem__,
        help="As arrays, for a notebook. Where the scores say which, they are computed again once "
        "all pictures are through.",
    )
    if state.maps not in (NONE, ALL):
        state.maps_count = choice.value(
            right.number_input,
            "Pictures",
            state.maps_count,
            key="many-maps-count",
            min_value=1,
            max_value=MOST,
        )


def told(space: Workspace) -> str:
    """What is chosen, in words; nothing where no map is kept."""
    state = space.study_state
    if state.maps == NONE:
        return ""
    title = TITLES[state.maps].lower()
    return title if state.maps == ALL else f"{title}, {text.counted(state.maps_count, 'picture')}"


def wanted(space: Workspace) -> MapChoice:
    """What is chosen."""
    state = space.study_state
    word = state.maps if state.maps in (NONE, ALL) else f"{state.maps}:{state.maps_count}"
    return MapChoice.of_words([word])


def lacking(space: Workspace, table: Table) -> bool:
    """Whether a map that is wanted is not kept. table: of a study that is computed."""
    asked, study = wanted(space), space.study_state.study
    if not asked or study is None:
        return False
    pictures, methods = study_choice.subjects(space), study_choice.methods(space)
    quantile = 0.2 if space.quantile is None else space.quantile
    maps = files_of(study)
    return not all(
        maps.path_of(pictures[row].sha256, name, given).exists()
        for row in asked.rows(table.at(quantile))
        for name, given in methods.items()
    )


def pointed_at(
    study: Study, pictures: Sequence[Subject], methods: Methods, asked: MapChoice, quantile: float
) -> list[Subject]:
    """The pictures whose maps the scores ask for, once these are there."""
    if not asked.by_scores:
        return []
    scores = study.table([one.sha256 for one in pictures], methods).at(quantile)
    return [pictures[row] for row in asked.rows(scores)]


def files_of(study: Study) -> StudyMaps:
    """Where the maps of a study are."""
    return StudyMaps(study.setting, study.folder, study.pace)


def offer(space: Workspace) -> None:
    """Draw a button for the kept maps of the study that is chosen; nothing where none are."""
    study, state = space.study_state.study, space.study_state
    if study is None or state.opened is not None or state.job is not None:
        return
    maps = files_of(study)
    if not maps.folder.exists():
        return
    files = _files(maps, study_choice.subjects(space), study_choice.methods(space))
    size = sum(_size(one) for one in files.values())
    if size > MOST_BYTES:
        st.caption(
            f"{len(files):,d} kept maps take {size / MB:,.0f} MB; at most {MOST_BYTES // MB:d} MB "
            "come in one download. Choose fewer methods or pictures."
        )
    elif files:
        noun = "kept map" if len(files) == 1 else "kept maps"
        st.download_button(
            f"{len(files):d} {noun} (zip of .npy)",
            partial(_packed, files),
            "maps.zip",
            "application/zip",
            key="many-maps-files",
            icon=":material/download:",
            on_click="ignore",
        )


def _files(maps: StudyMaps, pictures: Sequence[Subject], methods: Methods) -> dict[str, Path]:
    """By their names in the archive: picture and method."""
    return {
        f"{number:04d} {_safe(one.name)} {method}.npy": file
        for number, one in enumerate(pictures)
        for method, given in methods.items()
        if (file := maps.file(one.sha256, method, given)) is not None
    }


def _size(file: Path) -> int:
    try:
        return file.stat().st_size
    except OSError:  # deleted meanwhile
        return 0


def _safe(name: str) -> str:
    return "".join(sign if sign.isalnum() or sign in "-_ " else "-" for sign in name)[:60]


def _packed(files: dict[str, Path]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, path in files.items():
            try:
                packed.writestr(name, path.read_bytes())
            except OSError as cause:
                raise XaiError("A map has been deleted meanwhile.", "Try again.") from cause
    return buffer.getvalue()
