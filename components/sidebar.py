"""What is explained: model, picture, class. On every page."""

from __future__ import annotations

import streamlit as st

from components import backend, problem
from components.state import Photo, Workspace
from xai_core.errors import XaiError
from xai_core.files import keep
from xai_core.images import open_picture
from xai_core.runs import Guess

TOP = -1
OTHER = -2


def show(space: Workspace) -> None:
    """Draw the choices into the sidebar and keep them in the workspace."""
    with st.sidebar:
        st.subheader("What is explained")
        _model(space)
        _photo(space)
        with problem.guarded():
            _target(space)


def _model(space: Workspace) -> None:
    titles = list(space.sources)
    chosen = st.selectbox(
        "Model",
        titles,
        index=titles.index(space.source),
        help="Open another file on the model page.",
    )
    if chosen != space.source:
        space.source, space.target = chosen, None


def _photo(space: Workspace) -> None:
    upload = st.session_state.get("picture-upload")
    if upload is not None:
        _take(space, upload.name, upload.getvalue(), upload.file_id)
    names = list(space.photos)
    chosen = st.selectbox("Picture", names, index=names.index(space.photo))
    if chosen != space.photo:
        space.photo, space.target = chosen, None
    with st.expander("Upload a picture", icon=":material/add_photo_alternate:"):
        st.file_uploader(
            "PNG, JPEG, WebP, BMP or TIFF, up to 50 million pixels",
            key="picture-upload",
            max_upload_size=50,
        )
        if st.session_state.get("picture-problem"):
            problem.show(st.session_state["picture-problem"])


def _take(space: Workspace, name: str, data: bytes, file_id: str) -> None:
    if st.session_state.get("picture-seen") == file_id:
        return
    st.session_state["picture-seen"] = file_id
    st.session_state["picture-problem"] = None
    try:
        open_picture(data)
    except XaiError as error:
        st.session_state["picture-problem"] = error
        return
    space.add_photo(Photo(name, keep(data, "pictures")))


def _target(space: Workspace) -> None:
    guesses = _guesses(space)
    if not guesses:
        st.caption("The model has one output; it is what is explained.")
        return
    listed = {guess.index: f"{guess.label} · {guess.probability:.0%}" for guess in guesses}
    options = [TOP, *listed, OTHER]
    named = {TOP: f"Top class: {listed[guesses[0].index]}", OTHER: "Another class …", **listed}
    current = TOP if space.target is None else space.target
    chosen = st.selectbox(
        "Class to explain",
        options,
        index=options.index(current if current in options else OTHER),
        format_func=lambda option: named[option],
        key=f"target-{space.source}-{space.photo}",
    )
    if chosen == OTHER:
        start = space.target if space.target is not None else 0
        space.target = int(st.number_input("Class index", min_value=0, value=start, step=1))
    else:
        space.target = None if chosen == TOP else chosen


def _guesses(space: Workspace) -> tuple[Guess, ...]:
    run = space.run
    if (run.model, run.picture) == (space.source, space.photo):
        return run.guesses  # no worker is needed for what is on screen
    return backend.guessed(space.sources[space.source], space.photos[space.photo])
