"""Tune: drag the quantile; maps, histograms, ranking and sweep follow at once."""

from __future__ import annotations

import streamlit as st

from components.maps import growing
from components.methods import compute
from components.ranking import seeds, table
from components.result import bar
from components.session import backend, layout, problem
from components.session.state.workspace import workspace
from components.sidebar import selection
from components.trust import controls
from components.tuning import bench, quantile, recipe_effect, recipe_form
from components.tuning import view as comparison

space = workspace()
st.title("Tune")
selection.show(space)
with problem.guarded():
    compute.while_it_runs(space, key="tune")
    level = quantile.current(space, key="tune")
    bar.show(space, page="tune", grows=True)
    results = st.container()  # drawn last: they show what the recipe below says
    with st.expander(
        "Recipe: from the raw attribution to the map", icon=":material/rule_settings:"
    ):
        recipe_form.show(space)
        recipe_effect.show(space)
    with results:
        if not growing.show(space, key="tune-growing"):
            view = comparison.of(space, level)
            said = table.headline(space.run, view)
            st.markdown(f"## {said.sentence}.")
            seeds.show(space, view, said, key="tune-seeds")
            bench.show(space, view, key="tune-bench")
            table.show(space.run, view, level, controls.marks(space, view))
layout.next_step("pages/compare/trust.py", "check which of these methods can be trusted")
backend.warm()
