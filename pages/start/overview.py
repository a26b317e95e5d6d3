"""Overview: a finished comparison, at once."""

from __future__ import annotations

import streamlit as st

from components.methods import compute
from components.ranking import chart as ranking_chart
from components.ranking import table as ranking_table
from components.result import bar
from components.session import backend, layout, problem
from components.session.state.workspace import workspace
from components.sidebar import selection
from components.tuning import quantile
from components.tuning import view as comparison

space = workspace()
st.title("Which heatmap is really the least complex?")
st.markdown(
    "Complexity is the entropy of a map: lower is more focused. A *pedestal*, the low value that a "
    "map has almost everywhere, hides how thin its signal is. Drag the quantile and watch the "
    "score follow what the eye sees."
)
selection.show(space)
with problem.guarded():
    compute.show(space, key="overview")
    level = quantile.show(space, key="overview")
    bar.show(space, page="", computes=False)
    view = comparison.of(space, level)
    st.markdown(f"#### {ranking_table.headline(view.scores, view.pixels)}")
    comparison.before_and_after(space.run, view)
    chart, table = st.columns([2, 3], gap="medium")
    with chart:
        ranking_chart.show(view.scores, key="overview-ranking")
    with table:
        ranking_table.show_plain(space.run, view, level)
layout.next_step("pages/model/readiness.py", "open a model of your own")
backend.warm()
