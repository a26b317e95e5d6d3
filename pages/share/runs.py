"""Runs: every finished computation, to be found, opened, named, compared and deleted."""

from __future__ import annotations

import streamlit as st

from components import kept_runs, problem, run_cards, run_comparison, sidebar
from components.state import workspace

space = workspace()
st.title("Runs")
sidebar.show(space)
with problem.guarded():
    runs = kept_runs.listed(space)
    run_cards.disk(runs)
    run_comparison.show(runs)
    run_cards.show(space, runs)
