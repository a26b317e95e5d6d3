"""Baseline: drag the quantile; maps, histograms and ranking follow at once."""

from __future__ import annotations

import streamlit as st

from components import (
    backend,
    comparison,
    compute,
    pedestal,
    problem,
    quantile,
    recipe_form,
    share,
    sidebar,
    tuning_bench,
)
from components.state import workspace

space = workspace()
st.title("Baseline")
sidebar.show(space)
with problem.guarded():
    compute.while_it_runs(space, key="baseline")
    level = quantile.current(space, key="baseline")
    share.show(space, page="baseline")
    with st.expander(
        "Recipe: from the raw attribution to the map", icon=":material/rule_settings:"
    ):
        recipe_form.show(space)
        pedestal.effect(space)
    view = comparison.of(space, level)
    tuning_bench.show(space, view, key="baseline-bench")
    pedestal.warnings(view)
backend.warm()
