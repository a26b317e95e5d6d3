"""What a model is: format, hash, shapes, top classes, layers."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from components.inputs import facts as input_facts
from components.inputs import form, preset_guess
from components.model import labels_form
from components.session import backend, problem, text
from components.session.backend import OpenModel
from components.session.state.workspace import Photo, Workspace
from xai_core.attribution.capabilities import Layer
from xai_core.runs.run import Guess


def show(space: Workspace, model: OpenModel, photo: Photo) -> None:
    """Draw the facts, the top five, and the layers that run."""
    card = model.card
    source = space.sources[space.source]
    facts, classes = st.columns([3, 2], gap="large")
    with facts:
        st.subheader("File")
        st.table(
            {
                "Format": text.plain(card.format),
                **({"In the package": problem.plain(card.member)} if card.member else {}),
                "Loaded by": problem.plain(card.loaded_by),
                "Size": f"{card.size / 1e6:.1f} MB",
                "SHA-256": text.plain(card.sha256),
                "Parameters": f"{card.parameters:,}",
                "Input": text.size((1, *backend.spec_of(source).shape)),
                "Protection": problem.plain(model.protection.sentence),
            }
        )
    with classes, problem.guarded():
        st.subheader(f"Top classes for {problem.plain(photo.name)}")
        _classes(backend.guessed(source, photo))
        if card.labels_assumed and not source.labels:
            st.caption(labels_form.ASSUMED)
        with st.expander("Class names", icon=":material/label:", key="class-names"):
            labels_form.show(space, source, photo)
    with st.expander("How pictures become inputs", icon=":material/input:", key="inputs"):
        with problem.guarded():
            input_facts.show(source, photo)
        with problem.guarded():
            preset_guess.show(space, source, photo)
        form.show(space, source, backend.spec_of(source))
    heading = "Layers in the order in which they run"
    with st.expander(heading, icon=":material/layers:"), problem.guarded():
        _layers(backend.layers(source, photo))


def _classes(guesses: tuple[Guess, ...]) -> None:
    if not guesses:
        st.caption("The model has one output.")
        return
    table = pd.DataFrame(
        {
            "Class": [guess.label for guess in guesses],
            "Index": [guess.index for guess in guesses],
            "Probability": [guess.probability for guess in guesses],
        }
    )
    st.dataframe(
        table,
        hide_index=True,
        column_config={
            "Probability": st.column_config.ProgressColumn(
                min_value=0.0, max_value=1.0, format="percent"
            )
        },
    )


def _layers(layers: tuple[Layer, ...]) -> None:
    if not layers:
        st.caption("Inner layers of this format cannot be read.")
        return
    st.dataframe(
        pd.DataFrame(
            {
                "Layer": layer.name,
                "Kind": layer.kind,
                "Output": " × ".join(map(str, layer.output_shape or ())),
                "Parameters": layer.parameters,
                "Feature map": "{} × {}".format(*layer.grid) if layer.grid else "",
                "Read as": layer.reading or layer.refused,
            }
            for layer in layers
        ),
        hide_index=True,
        height=400,
    )
