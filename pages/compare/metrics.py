"""Metrics: every map by several metrics, and whether focused means faithful."""

from __future__ import annotations

import streamlit as st

from components.methods import compute
from components.result import bar
from components.session import backend, problem
from components.session.state.workspace import workspace
from components.sidebar import selection
from components.trust import measurements, measuring, metric_picker, metric_scatter, metric_table
from components.tuning import quantile

space = workspace()
st.title("Metrics")
selection.show(space)
with problem.guarded():
    compute.while_it_runs(space, key="metrics")
    chosen = metric_picker.show()
    level = quantile.show(space, key="metrics")
    bar.show(space, page="metrics")
    recipe = backend.recipe_for(space.run, space.recipe, level)
    found = measurements.of(space.run, recipe, chosen)
    measuring.show(space, found, key="metrics-model")
    metric_table.show(found, key="metrics-table")
    metric_scatter.show(found, key="metrics-scatter")
backend.warm()
