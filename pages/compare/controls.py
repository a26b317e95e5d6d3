"""Sanity checks: controls beside the methods, and what is left of a map on random weights."""

from __future__ import annotations

import streamlit as st

from components.methods import compute
from components.result import bar
from components.session import backend, problem
from components.session.state.workspace import workspace
from components.sidebar import selection
from components.trust import control_job, controls
from components.tuning import quantile, view

space = workspace()
st.title("Sanity checks")
st.markdown(
    "A *control* is a map that owes nothing to what the model learned. A method that scores no "
    "better than its control, or that draws almost the same map for a model with random weights, "
    "tells little about the model."
)
selection.show(space)
with problem.guarded():
    compute.while_it_runs(space, key="controls-run")
    control_job.show(space, key="controls")
    level = quantile.show(space, key="controls")
    bar.show(space, page="controls")
    controls.show(space, view.of(space, level))
backend.warm()
