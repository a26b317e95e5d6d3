"""Ranking: Complexity raw and after removal, at every quantile, and who overtakes whom."""

from __future__ import annotations

import streamlit as st

from components import (
    backend,
    comparison,
    compute,
    controls,
    export,
    problem,
    quantile,
    ranking_table,
    share,
    sidebar,
    tuning_bench,
)
from components.state import workspace

space = workspace()
st.title("Ranking")
sidebar.show(space)
with problem.guarded():
    compute.while_it_runs(space, key="ranking")
    level = quantile.current(space, key="ranking")
    share.show(space, page="ranking")
    view = comparison.of(space, level)
    st.markdown(f"#### {ranking_table.headline(view.scores, view.pixels)}")
    tuning_bench.show(space, view, key="ranking-bench", cards=False)
    ranking_table.show(space.run, view, level, controls.marks(space, view))
    controls.link()
    comparison.unaffected(view)
    export.show(space, view, key="ranking-export")
backend.warm()
