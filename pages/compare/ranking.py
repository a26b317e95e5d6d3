"""Ranking: Complexity raw and after removal, and who overtakes whom."""

from __future__ import annotations

import streamlit as st

from components import (
    comparison,
    compute,
    problem,
    quantile,
    ranking_bars,
    ranking_chart,
    ranking_table,
    sidebar,
)
from components.state import workspace

space = workspace()
st.title("Ranking")
sidebar.show(space)
with problem.guarded():
    if space.job is not None:
        compute.show(space, key="ranking")
    level = quantile.show(space, key="ranking")
    view = comparison.of(space, level)
    st.markdown(f"#### {ranking_table.headline(view.scores, view.pixels)}")
    left, right = st.columns(2, gap="medium")
    with left:
        ranking_bars.show(view.scores, key="ranking-bars")
    with right:
        ranking_chart.show(view.scores, key="ranking-lines")
    ranking_table.show(space.run, view.scores, view.causes, view.pixels, level)
    comparison.unaffected(view)
