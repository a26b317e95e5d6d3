"""What the model gets of the chosen picture: which value became what, and what gives to think."""

from __future__ import annotations

import streamlit as st

from components.session import backend, decoding, problem, text
from components.session.state.workspace import Photo, Source
from xai_core.maps.colours import data_url

AS_IT_IS = "The picture as it goes into the model"


def show(source: Source, photo: Photo) -> None:
    """Draw the picture as it goes in, and what was done to it."""
    prepared = decoding.prepared(str(photo.path), backend.spec_of(source))
    left, right = st.columns([1, 3], vertical_alignment="center")
    left.image(data_url(prepared.picture), caption="As it goes in", width="stretch", alt=AS_IT_IS)
    with right:
        if prepared.scale is not None:
            st.markdown(problem.plain(prepared.scale.told))
            if prepared.scale.warning:
                st.warning(problem.plain(prepared.scale.warning), icon=":material/contrast:")
        low, high = float(prepared.inputs.min()), float(prepared.inputs.max())
        shape = text.size(prepared.inputs.shape)
        st.caption(f"The model gets {shape} numbers from {low:.3g} to {high:.3g}.")
        top, left_, bottom, right_ = prepared.content
        if (bottom - top, right_ - left_) != prepared.inputs.shape[2:]:
            st.caption(
                f"The picture fills rows {top:d} to {bottom:d} and columns {left_:d} to "
                f"{right_:d}; the "
                "rest is padding, which no map is scored on."
            )
        for note in prepared.notes:
            st.caption(problem.plain(note))
