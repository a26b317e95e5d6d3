"""Two models: yesterday's and today's, or the original and its export, on the same picture."""

from __future__ import annotations

import streamlit as st

from components import (
    availability,
    method_form,
    method_picker,
    model_pair,
    pair_job,
    pair_results,
    problem,
    quantile,
    sidebar,
)
from components.state import workspace

space = workspace()
st.title("Two models")
st.markdown(
    "Yesterday's model and today's, or a model and its export: the same picture, the same methods."
)
sidebar.show(space)
with problem.guarded():
    model_pair.show(space)
model_pair.open_another(space)
with problem.guarded():
    method_picker.show(space, availability.known(space))
    method_form.of_chosen(space)
    pair_job.show(space, key="pair")
    pair_results.show(space, quantile.show(space, key="models"))
