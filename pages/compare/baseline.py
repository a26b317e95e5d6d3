"""Baseline: drag the quantile; maps, histograms and ranking follow at once."""

from __future__ import annotations

import streamlit as st

from components.methods import compute
from components.result import bar
from components.session import backend, problem
from components.session.state.workspace import workspace
from components.sidebar import selection
from components.tuning import bench, pedestal, quantile, recipe_form
from components.tuning import view as comparison

space = workspace()
st.title("Baseline")
selection.show(space)
with problem.guarded():
    compute.while_it_runs(space, key="baseline")
    level = quantile.current(space, key="baseline")
    bar.show(space, page="baseline")
    with st.expander(
        "Recipe: from the raw attribution to the map", icon=":material/rule_settings:"
    ):
        recipe_form.show(space)
        pedestal.effect(space)
    view = comparison.of(space, level)
    bench.show(space, view, key="baseline-bench")
    pedestal.warnings(view)
backend.warm()
