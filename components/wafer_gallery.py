"""Networks trained on wafer pictures whose defect is known: one click opens one with a picture."""

from __future__ import annotations

import streamlit as st

from components.state import Photo, Source, Workspace
from xai_core.demo.wafer.examples import EXAMPLES
from xai_core.demo.wafer.exhibits import SPEC, WaferExhibit, wafer_exhibits
from xai_core.formats.base import LoadOptions


def show(space: Workspace) -> None:
    """Draw the cards; a click opens model and picture, and offers the other pictures."""
    with st.expander("Inspect a wafer, where the defect is known", icon=":material/target:"):
        st.caption(
            "Drawn pictures as an electron microscope takes them, and a network for each task. The "
            "ranking shows how much of every map lies in the defect."
        )
        exhibits = wafer_exhibits()
        for column, exhibit in zip(st.columns(len(exhibits)), exhibits, strict=True):
            with column.container(border=True, height="stretch"):
                _card(space, exhibit)


def _card(space: Workspace, exhibit: WaferExhibit) -> None:
    picture, text = st.columns([1, 2])
    picture.image(EXAMPLES[exhibit.picture].path, width="stretch")
    text.markdown(f"**{exhibit.title}**")
    text.caption(exhibit.sentence)
    if st.button("Open", key=f"wafer-{exhibit.name}", width="stretch"):
        _open(space, exhibit)
        st.rerun()


def _open(space: Workspace, exhibit: WaferExhibit) -> None:
    options = LoadOptions(input_spec=SPEC)
    labels = exhibit.labels
    space.add_source(Source(f"Gallery: {exhibit.title}", exhibit.model_path, options, labels))
    photos = {name: Photo(one.title, one.path) for name, one in EXAMPLES.items()}
    for photo in photos.values():
        space.add_photo(photo)
    space.photo, space.target = photos[exhibit.picture].name, exhibit.target
