"""What is explained: model, picture, class. On every page."""

from __future__ import annotations

import streamlit as st

from components import backend, problem, returned, run_source, uploads
from components.state import Photo, Workspace
from components.uploads import Arrival
from xai_core.runs import Guess

PICTURE, PICTURE_MB = "picture", 50
TOP = -1
OTHER = -2


def show(space: Workspace) -> None:
    """Draw the choices into the sidebar and keep them in the workspace."""
    with st.sidebar, problem.guarded():
        uploads.attend(space)
        uploads.arrived(PICTURE, PICTURE_MB, lambda one: _take(space, one))
        run_source.note(space)
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
    names = list(space.photos)
    chosen = st.selectbox("Picture", names, index=names.index(space.photo))
    if chosen != space.photo:
        space.photo, space.target = chosen, None
    with st.expander("Upload a picture", icon=":material/add_photo_alternate:"):
        uploads.uploader(
            "PNG, JPEG, WebP, BMP, TIFF or a NumPy array (.npy)",
            key=PICTURE,
            max_upload_size=PICTURE_MB,
        )
    returned.show(space)


def _take(space: Workspace, arrival: Arrival) -> None:
    name, data = arrival
    backend.raster(data)  # it is decoded once, so that a broken one is told here
    photo = Photo(name, uploads.kept(data, "pictures"))
    if not returned.recognised(space, photo, data):
        space.add_photo(photo)


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
    if (run.model, run.picture) == (space.source, space.photo) and run_source.model_of(space):
        return run.guesses  # no worker is needed for what is on screen
    return backend.guessed(space.sources[space.source], space.photos[space.photo])
