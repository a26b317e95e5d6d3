"""Model: open a file, see what it is and whether it can be explained."""

from __future__ import annotations

import streamlit as st

from components import (
    backend,
    gallery,
    held_files,
    model_card,
    model_upload,
    output_entry,
    problem,
    provenance,
    sidebar,
    verdict,
    wafer_gallery,
)
from components.state import workspace

space = workspace()
st.title("Model")
model_upload.show(space)
held_files.show(space)
gallery.show(space)
wafer_gallery.show(space)
sidebar.show(space)
with problem.guarded():
    source, photo = space.sources[space.source], space.photos[space.photo]
    model = backend.opened(source)
    st.header(problem.plain(space.source), divider="gray")
    proof = st.container()
    model_card.show(space, model, photo)
    with proof:
        found = backend.verdict(source, photo)
        output_entry.show(space, source, found)
        verdict.show(space, found)
        with st.expander("How it came in, and what you lose", icon=":material/route:"):
            provenance.show(model.card, found)
