"""Ranking: Complexity raw and after removal, at every quantile, and who overtakes whom."""

from __future__ import annotations

import streamlit as st

from components.methods import compute
from components.ranking import table
from components.result import bar
from components.session import backend, problem
from components.session.state.workspace import workspace
from components.sidebar import selection
from components.trust import controls
from components.tuning import bench, quantile
from components.tuning import view as comparison

space = workspace()
st.title("Ranking")
selection.show(space)
with problem.guarded():
    compute.while_it_runs(space, key="ranking")
    level = quantile.current(space, key="ranking")
    bar.show(space, page="ranking")
    view = comparison.of(space, level)
    st.markdown(f"#### {table.headline(view.scores, view.pixels)}")
    bench.show(space, view, key="ranking-bench", cards=False)
    table.show(space.run, view, level, controls.marks(space, view))
    controls.link()
    comparison.unaffected(view)
backend.warm()
