"""Model: open a file, see what it is and whether it can be explained."""

from __future__ import annotations

import streamlit as st

from components.model import (
    card,
    gallery,
    output_entry,
    provenance,
    unprotected,
    upload,
    verdict,
    wafer_gallery,
    weights_choice,
)
from components.session import backend, held_files, layout, problem
from components.session.state.workspace import workspace
from components.sidebar import selection

space = workspace()
st.title("Model")
unprotected.show()
upload.show(space)
held_files.show(space)
gallery.show(space)
wafer_gallery.show(space)
selection.show(space)
with problem.guarded():
    source, photo = space.sources[space.source], space.photos[space.photo]
    model = backend.opened(source)
    st.header(problem.plain(space.source), divider="gray")
    proof = st.container()
    card.show(space, model, photo)
    with proof:
        found = backend.verdict(source, photo)
        output_entry.show(space, source, found)
        weights_choice.show(space, source, model.card)
        verdict.show(space, found)
        with st.expander("How it came in, and what you lose", icon=":material/route:"):
            provenance.show(model.card, found)
layout.next_step("pages/compare/heatmaps.py", "compare its heatmaps")
