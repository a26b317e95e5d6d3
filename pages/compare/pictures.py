"""Many pictures: means with intervals, and how far the pictures agree on the order."""

from __future__ import annotations

import streamlit as st

from components.methods import availability, picker
from components.pictures import choice, picture_set, results, study
from components.pictures.metrics import choice as metrics
from components.runs import study_link
from components.session import layout, problem
from components.session.state.workspace import workspace
from components.sidebar import selection
from components.tuning import quantile

space = workspace()
st.title("Many pictures")
selection.show(space)
with problem.guarded():
    study_link.follow(space)
    if space.study_state.opened is None:
        picture_set.show(space)
        picker.show(space, availability.known(space))
        choice.target(space)
        metrics.show(space)
        study.show(space, key="pictures")
    else:
        study_link.banner(space, space.study_state.opened)
    results.show(space, quantile.where(results.there(space), space, key="pictures"))
layout.next_step("pages/compare/models.py", "set another model beside this one")
