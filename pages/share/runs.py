"""Runs: every finished computation, to be found, opened, named, compared and deleted."""

from __future__ import annotations

import streamlit as st

from components.runs import cards, comparison, search, unread
from components.session import layout, problem
from components.session.state.workspace import workspace
from components.sidebar import selection

space = workspace()
st.title("Runs")
selection.show(space)
with problem.guarded():
    if not unread.show():
        cards.disk(space)
    wanted = search.show(space)
    with problem.guarded():  # a broken run hides no list
        comparison.show(wanted)
    cards.show(space, wanted)
layout.next_step("pages/compare/tune.py", "tune the result on screen")
