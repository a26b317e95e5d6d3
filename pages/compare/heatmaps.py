"""Heatmaps: any number of methods side by side over the same photo."""

from __future__ import annotations

import streamlit as st

from components import (
    availability,
    compute,
    controls,
    heatmaps,
    method_form,
    method_picker,
    problem,
    share,
    sidebar,
)
from components.state import workspace

space = workspace()
st.title("Heatmaps")
sidebar.show(space)
with problem.guarded():
    method_picker.show(space, availability.known(space))
    method_form.of_chosen(space)
    compute.show(space, key="heatmaps")
    heatmaps.show(space, lambda: share.show(space, page="heatmaps"))
    controls.link()
