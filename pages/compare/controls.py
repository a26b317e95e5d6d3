"""Sanity checks: controls beside the methods, and what is left of a map on random weights."""

from __future__ import annotations

import streamlit as st

from components import (
    backend,
    comparison,
    compute,
    control_job,
    controls,
    problem,
    quantile,
    share,
    sidebar,
)
from components.state import workspace

space = workspace()
st.title("Sanity checks")
st.markdown(
    "A *control* is a map that owes nothing to what the model learned. A method that scores no "
    "better than its control, or that draws almost the same map for a model with random weights, "
    "tells little about the model."
)
sidebar.show(space)
with problem.guarded():
    compute.while_it_runs(space, key="controls-run")
    control_job.show(space, key="controls")
    level = quantile.show(space, key="controls")
    share.show(space, page="controls")
    controls.show(space, comparison.of(space, level))
backend.warm()
