"""Heatmaps: any number of methods side by side over the same photo."""

from __future__ import annotations

import streamlit as st

from components.maps import heatmaps
from components.methods import availability, compute, form, picker
from components.runs import copy_link
from components.session import layout, problem
from components.session.state.workspace import workspace
from components.sidebar import selection

space = workspace()
st.title("Heatmaps")
selection.show(space)
with problem.guarded():
    picker.show(space, availability.known(space))
    form.of_chosen(space)
    compute.show(space, key="heatmaps")
    heatmaps.show(space, lambda: copy_link.show(space, page="heatmaps"))
layout.next_step("pages/compare/tune.py", "remove the pedestal and see who leads")
