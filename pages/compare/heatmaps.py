"""Heatmaps: any number of methods side by side over the same photo."""

from __future__ import annotations

from functools import partial

import streamlit as st

from components.maps import all_inputs, heatmaps
from components.methods import availability, compute, form, picker
from components.ranking import seeds
from components.result import bar
from components.session import layout, problem
from components.session.state.workspace import workspace
from components.sidebar import selection

space = workspace()
st.title("Heatmaps")
selection.show(space)
with problem.guarded():
    picker.show(space, availability.known(space), partial(form.of_chosen, space))
    compute.show(space, key="heatmaps")
    show = partial(bar.show, space, page="heatmaps", raw=True, computes=False, grows=True)
    heatmaps.show(space, show)
    all_inputs.show(space)
    seeds.below_maps(space, key="heatmaps-seeds")
layout.next_step("pages/compare/tune.py", "remove the pedestal and see who leads")
