"""Start: what this is, the way in, and the live bench on a finished example."""

from __future__ import annotations

import streamlit as st

from components.maps import growing
from components.methods import compute
from components.ranking import table
from components.result import bar
from components.session import backend, layout, problem
from components.session.state.workspace import workspace
from components.sidebar import selection
from components.start import drop, example
from components.tuning import bench, quantile
from components.tuning import view as comparison

space = workspace()
st.title("Pedestal")
st.markdown(
    "See whether a vision model can be explained with gradients, compare its heatmaps, and find "
    "out which one is really the least complex."
)
with problem.guarded():
    drop.show(space)
selection.show(space)
with problem.guarded():
    drop.behind(space)
    if not example.untouched(space):
        compute.show(space, key="overview")
    level = quantile.current(space, key="overview")
    bar.show(space, page="", computes=False, grows=True)
    if not growing.show(space, key="overview-growing"):
        view = comparison.of(space, level)
        example.headline(space, view)
        bench.show(space, view, key="overview-bench", maps_first=True)
        table.show_plain(space.run, view, level)
layout.next_step("pages/model/readiness.py", "open a model of your own")
backend.warm()
