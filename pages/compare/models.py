"""Two models: yesterday's and today's, or the original and its export, on the same picture."""

from __future__ import annotations

from functools import partial

import streamlit as st

from components.methods import availability, form, picker
from components.models import job, pair, results
from components.runs import pair_link
from components.session import layout, problem
from components.session.state.workspace import workspace
from components.sidebar import selection
from components.tuning import quantile

space = workspace()
st.title("Two models")
st.markdown(
    "Yesterday's model and today's, or a model and its export: the same picture, the same methods."
)
selection.show(space)
with problem.guarded():
    pair_link.follow(space)
    pair.show(space)
pair.open_another(space)
with problem.guarded():
    picker.show(space, availability.known(space), partial(form.of_chosen, space))
    job.show(space, key="pair")
    there = space.pairing.pair is not None
    results.show(space, quantile.where(there, space, key="models"))
layout.next_step("pages/share/runs.py", "find every computation again")
