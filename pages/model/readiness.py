"""Model: open a file, see what it is and whether it can be explained."""

from __future__ import annotations

import streamlit as st

from components.model import (
    asked_again,
    details,
    glance,
    output_entry,
    steps,
    unprotected,
    verdict,
    ways_in,
)
from components.model.form import verdict_input, weights_choice
from components.session import backend, layout, problem
from components.session.state.workspace import workspace
from components.sidebar import selection
from components.widgets import scroll_to_top

space = workspace()
st.title("Model")
unprotected.show()
asked_again.show(space)
ways, here = st.container(), st.container()
selection.show(space, proven=True)
with ways:
    ways_in.show(space)
with here, problem.guarded():
    if not steps.show(space):
        source, photo = space.sources[space.source], space.photos[space.photo]
        model, found = backend.opened(source), backend.verdict(source, photo)
        st.header(problem.plain(space.source), divider="gray")
        output_entry.show(space, source, found)
        weights_choice.show(space, source, model.card)
        verdict.show(space, found)
        verdict_input.show(model.card)
        glance.show(space, found, photo)
        details.show(space, model, photo, found)
scroll_to_top.show(space.opening.count, key="model-top")
if verdict.leads_on(space):
    layout.next_step("pages/compare/heatmaps.py", "compare its heatmaps")
