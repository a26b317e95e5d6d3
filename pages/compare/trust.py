"""Trust: what controls say of the methods, and every map by several metrics."""

from __future__ import annotations

import streamlit as st

from components.maps import growing
from components.methods import compute
from components.pictures import sheet
from components.result import bar
from components.session import backend, layout, problem
from components.session.state.workspace import workspace
from components.sidebar import selection
from components.trust import control_job, controls, metrics, sections
from components.tuning import quantile, view

space = workspace()
st.title("Trust")
selection.show(space)
with problem.guarded():
    compute.while_it_runs(space, key="trust")
    level = quantile.show(space, key="trust")
    bar.show(space, page="trust", grows=True)
    if not growing.show(space, key="trust-growing"):
        checks, scores = sections.show()
        if checks.open:
            with checks:
                st.markdown(controls.WHAT)
                control_job.show(space, key="controls")
                controls.show(space, view.of(space, level))
        else:
            with scores:
                metrics.show(space, level, sheet.beside(space))
layout.next_step("pages/compare/pictures.py", "see whether it holds for many pictures")
backend.warm()
