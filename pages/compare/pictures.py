"""Many pictures: means with intervals, and how far the pictures agree on the order."""

from __future__ import annotations

import streamlit as st

from components import (
    availability,
    method_picker,
    picture_set,
    problem,
    quantile,
    reversals,
    sidebar,
    study,
    study_results,
)
from components.state import workspace

space = workspace()
reversals.follow(space)
st.title("Many pictures")
sidebar.show(space)
with problem.guarded():
    picture_set.show(space)
    method_picker.show(space, availability.known(space))
    study.target(space)
    study.show(space, key="pictures")
    study_results.show(space, quantile.show(space, key="pictures"))
