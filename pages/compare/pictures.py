"""Many pictures: means with intervals, and how far the pictures agree on the order."""

from __future__ import annotations

import streamlit as st

from components import (
    availability,
    method_picker,
    picture_set,
    problem,
    quantile,
    sidebar,
    study,
    study_choice,
    study_link,
    study_results,
)
from components.state import workspace

space = workspace()
st.title("Many pictures")
sidebar.show(space)
with problem.guarded():
    study_link.follow(space)
    if space.many.opened is None:
        picture_set.show(space)
        method_picker.show(space, availability.known(space))
        study_choice.target(space)
        study.show(space, key="pictures")
    else:
        study_link.banner(space, space.many.opened)
    study_results.show(space, quantile.show(space, key="pictures"))
