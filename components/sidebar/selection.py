"""What is explained: model, picture, target. On every page."""

from __future__ import annotations

import streamlit as st

from components.runs import uploaded_card
from components.session import choice, decoding, problem, run_source, upload
from components.session.state.workspace import Photo, Workspace
from components.session.upload import Arrival
from components.sidebar import target
from xai_core.pictures.readers.base import titles

PICTURE, PICTURE_MB = "picture", 50


def show(space: Workspace) -> None:
    """Draw the choices into the sidebar and keep them in the workspace."""
    with st.sidebar, problem.guarded():
        upload.attend(space)
        upload.arrived(PICTURE, PICTURE_MB, lambda one: _take(space, one))
        run_source.note(space)
        st.subheader("What is explained")
        _model(space)
        _photo(space)
        with problem.guarded():
            target.show(space)


def _model(space: Workspace) -> None:
    titles = list(space.sources)
    chosen = choice.one(
        st.selectbox,
        "Model",
        titles,
        space.source,
        key="explained-model",
        help="Open another file on the model page.",
    )
    if chosen != space.source:
        space.source, space.target = chosen, None


def _photo(space: Workspace) -> None:
    names = list(space.photos)
    chosen = choice.one(st.selectbox, "Picture", names, space.photo, key="explained-picture")
    if chosen != space.photo:
        space.photo, space.target = chosen, None
    with st.expander("Upload a picture", icon=":material/add_photo_alternate:"):
        upload.uploader(
            titles(),
            key=PICTURE,
            max_upload_size=PICTURE_MB,
        )
    uploaded_card.show(space)


def _take(space: Workspace, arrival: Arrival) -> None:
    name, data = arrival
    decoding.looked_at(data)  # it is decoded once, so that a broken one is told here
    photo = Photo(name, upload.kept(data, "pictures"))
    if not uploaded_card.recognised(space, photo, data):
        space.add_photo(photo)
