"""What is explained: model, picture, target. On every page."""

from __future__ import annotations

import streamlit as st

from components.model import steps
from components.runs import uploaded_card
from components.session import choice, decoding, problem, run_source, upload
from components.session.keeping import notes
from components.session.opening import control as opening
from components.session.state.workspace import Photo, Workspace
from components.session.upload import Arrival
from components.sidebar import further_pictures, target
from xai_core.pictures.readers.base import titles

PICTURE, PICTURE_MB = "picture", 50


def show(space: Workspace, *, proven: bool = False) -> None:
    """Draw the choices into the sidebar and keep them in the workspace.

    Args:
        proven: the page shows the model's verdict, and the steps until it is there.
    """
    with st.sidebar, problem.guarded():
        upload.attend(space)
        upload.arrived(PICTURE, PICTURE_MB, lambda one: take(space, one))
        notes.show(space)
        opening.settle(space)  # before the fields below show what is chosen
        run_source.note(space)
        st.subheader("What is explained")
        _model(space)
        _photo(space)
        with problem.guarded():
            if opening.attend(space, proven=proven):
                further_pictures.show(space)
                target.show(space)
            elif proven:
                st.caption("Its classes come once it is open.")
            else:
                steps.beside(space, key="opening-beside")


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


def take(space: Workspace, arrival: Arrival) -> None:
    """Choose a picture that came. Raises `XaiError` where it is none."""
    name, data = arrival
    decoding.looked_at(data)  # it is decoded once, so that a broken one is told here
    photo = Photo(name, upload.kept(data, "pictures"))
    if not uploaded_card.recognised(space, photo, data):
        space.add_photo(photo)
