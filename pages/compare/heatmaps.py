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
from components.tiles import title_of

space = workspace()
st.title("Heatmaps")
sidebar.show(space)
with problem.guarded():
    method_picker.show(space, availability.known(space))
    with st.expander("Parameters", icon=":material/tune:"):
        space.seed = int(
            st.number_input(
                "Seed of all random draws",
                0,
                2**31 - 1,
                space.seed,
                key="seed",
                persist_state="session",
            )
        )
        if space.chosen:
            for tab, name in zip(
                st.tabs([title_of(name) for name in space.chosen]), space.chosen, strict=True
            ):
                with tab:
                    method_form.show(space, name)
    compute.show(space, key="heatmaps")
    heatmaps.show(space, lambda: share.show(space, page="heatmaps"))
    controls.link()
