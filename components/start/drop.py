"""The way in: drop a model or a picture, or take a model of the gallery."""

from __future__ import annotations

import streamlit as st

from components.model import gallery, wafer_gallery
from components.model.upload import CODE, LABELS
from components.session import upload
from components.session.state.workspace import Pending, Workspace
from components.session.upload import Arrival
from components.sidebar import selection
from xai_core.pictures.readers.base import titles

MODEL, PICTURE = "start-model", "start-picture"
FEW = 3  # readers that are named; all are in the tooltip
MODEL_PAGE = "pages/model/readiness.py"


def show(space: Workspace) -> None:
    """Draw both drop zones. A model leads to its page; a picture becomes the chosen one."""
    most = st.get_option("server.maxUploadSize")
    upload.arrived(MODEL, most, lambda one: _take_model(space, one), as_one=True)
    upload.arrived(PICTURE, selection.PICTURE_MB, lambda one: selection.take(space, one))
    if space.pending is not None and st.session_state.pop(f"{MODEL}-came", False):
        st.switch_page(MODEL_PAGE)
    model, picture = st.columns(2, gap="medium")
    with model:
        upload.uploader(
            "Drop a model: PyTorch, Hugging Face, ONNX, Keras or TensorFlow",
            key=MODEL,
            help="It is looked into without being run. Files that belong together: choose them at "
            "once, or give a zip of their folder.",
            accept_multiple_files=True,
        )
    with picture:
        upload.uploader(
            f"Drop a picture: {titles(FEW)}",
            key=PICTURE,
            help=f"{titles()}.",
            max_upload_size=selection.PICTURE_MB,
        )


def behind(space: Workspace) -> None:
    """Draw the gallery; a click on a model leads to its page."""
    left, right = st.columns(2, gap="medium")
    with left:
        gallery.show(space, narrow=True, then=_lead)
    with right:
        wafer_gallery.show(space, narrow=True, then=_lead)


def _take_model(space: Workspace, arrival: Arrival) -> None:
    name, data = arrival
    space.pending = Pending(name, upload.kept(data, "models"))
    upload.clear_problems(CODE, LABELS)  # they were about another model's
    st.session_state[f"{MODEL}-came"] = True


def _lead() -> None:
    st.switch_page(MODEL_PAGE)
