"""Runs: every finished computation, to be found, opened, named, compared and deleted."""

from __future__ import annotations

import streamlit as st

from components.runs import cards, comparison
from components.session import kept_runs, layout, problem
from components.session.state.workspace import workspace
from components.sidebar import selection

space = workspace()
st.title("Runs")
selection.show(space)
with problem.guarded():
    runs = kept_runs.listed(space)
    cards.disk(runs)
    comparison.show(runs)
    cards.show(space, runs)
layout.next_step("pages/compare/tune.py", "tune the result on screen")
