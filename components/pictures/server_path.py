"""Pictures by their path on the server's disk, where its operator lets visitors read any."""

from __future__ import annotations

import tempfile
from itertools import islice
from pathlib import Path

import streamlit as st

from components.pictures import arrivals
from components.session import problem, settings, text
from components.session.state.workspace import StudyState
from xai_core.base.errors import InputError, XaiError
from xai_core.pictures.archive import MAX_PICTURES, Found, shown
from xai_core.studies.asked.folders import AllowedFolders
from xai_core.studies.sources import Listed, Source

KEY = "pictures-path"


def show(study_state: StudyState) -> None:
    """Draw the field; nothing where the server reads no folders."""
    try:
        allowed = settings.picture_folders()
    except XaiError as error:  # its operator has named none: all else goes on
        problem.show(error)
        return
    if not allowed.roots:
        return
    with st.form(KEY, border=False):
        left, right = st.columns([3, 1], vertical_alignment="bottom")
        where = left.text_input(
            "Or a path on the server",
            placeholder=str(allowed.roots[0]),
            key=f"{KEY}-text",
            help="A folder, zip, tar in WebDataset's form, manifest in CSV or Parquet, or picture. "
            f"Read are: {text.listed(allowed.roots)}.",
        )
        asked = right.form_submit_button("Add", icon=":material/folder_open:", width="stretch")
    if asked:
        try:
            with st.spinner("Reading the pictures …"):
                _take(study_state, allowed, allowed.open(where))
        except XaiError as error:
            problem.show(error)
            return
        st.rerun()


def _take(study_state: StudyState, allowed: AllowedFolders, source: Source) -> None:
    """Copy its pictures to what the session has. Raises `InputError` where there are too many."""
    listed = list(islice(source.pictures(), MAX_PICTURES + 1))
    if not listed:
        raise InputError("There is no picture there.", "Check the path.")
    if len(listed) > MAX_PICTURES:
        raise InputError(
            f"There are more than {MAX_PICTURES:,} pictures; the page takes no more.",
            "On the server, `pedestal study` takes any number.",
        )
    for one in listed:
        with tempfile.TemporaryDirectory() as folder:
            _take_one(study_state, allowed, source, one, Path(folder))


def _take_one(
    study_state: StudyState, allowed: AllowedFolders, source: Source, one: Listed, folder: Path
) -> None:
    name = shown(one.name)
    try:
        if one.cause is not None:
            raise InputError(one.cause)
        data = _bytes_of(allowed.local(source, one, folder))
    except XaiError as error:
        study_state.refused[name] = str(error)
        return
    arrivals.add(study_state, Found(name, data), _mask(study_state, allowed, source, one, folder))


def _mask(
    study_state: StudyState, allowed: AllowedFolders, source: Source, one: Listed, folder: Path
) -> bytes | None:
    """The bytes of its mask; where they cannot be had that is noted, and costs not the picture."""
    try:
        beside = allowed.mask(source, one, folder)
        return None if beside is None else _bytes_of(beside)
    except XaiError as error:
        study_state.refused[shown(f"mask of {one.name}")] = str(error)
        return None


def _bytes_of(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as cause:
        raise InputError(f"It cannot be read: {cause.strerror}.") from cause
