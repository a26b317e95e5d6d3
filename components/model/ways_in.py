"""The ways to open a model: an open drop zone at first, one slim line once a model is open."""

from __future__ import annotations

import streamlit as st

from components.model import gallery, upload, wafer_gallery
from components.model.form import held_files
from components.session import upload as uploads
from components.session.state.workspace import Workspace
from xai_core.demo.example import example_run
from xai_core.models.demo import MODEL_TITLE


def show(space: Workspace) -> None:
    """Draw the drop zone and both galleries."""
    key = f"open-{space.opening.count}"  # another one for each model: it is closed, and empty
    if space.source in (MODEL_TITLE, example_run().model):
        # While nothing has come, its height is known, and what stands below keeps its place.
        bare = space.pending is None and not uploads.held()
        place = st.container(key="drop-zone") if bare else st.container()
        with place, st.container(key=key):
            file, ready_made = st.columns([3, 2], gap="medium")
            with file:
                upload.show(space)
                held_files.show(space)
            with ready_made:
                gallery.show(space, narrow=True)
                wafer_gallery.show(space, narrow=True)
        return
    asked = space.pending is not None and space.opening.job is None
    with st.expander("Open another model", icon=":material/upload_file:", key=key, expanded=asked):
        upload.show(space)
        held_files.show(space)
        gallery.show(space)
        wafer_gallery.show(space)
