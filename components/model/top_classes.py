"""What a model says of the picture: the picture as it goes in, and its five likeliest classes."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from components.model.tabs import labels_form
from components.session import backend, decoding, percent, problem, text
from components.session.state.workspace import Photo, Source
from xai_core.maps.colours import data_url
from xai_core.runs.run import Guess

SIDE, ROW = 150, 30


def show(source: Source, photo: Photo) -> None:
    """Draw both."""
    st.subheader(f"Top classes for {problem.plain(photo.name)}")
    with problem.guarded():
        picture = decoding.prepared(str(photo.path), backend.spec_of(source)).picture
        alt = text.plain(f"{photo.name} as it goes into the model")
        st.image(data_url(picture), width=SIDE, alt=alt)
    with problem.guarded():
        _classes(backend.guessed(source, photo))
        if backend.opened(source).card.labels_assumed and not source.labels:
            st.caption(labels_form.ASSUMED)


def _classes(guesses: tuple[Guess, ...]) -> None:
    if not guesses:
        st.caption("The model has one output.")
        return
    table = pd.DataFrame(
        {
            "Class": [_name(guess) for guess in guesses],
            "Probability": [percent.of(guess.probability) for guess in guesses],
        }
    )
    st.dataframe(
        table,
        hide_index=True,
        placeholder="–",
        height="content",
        row_height=ROW,
        alt="The likeliest classes, with their probability",
        column_config={"Probability": percent.column(width="small")},
    )


def _name(guess: Guess) -> str:
    """With its number, where it has a name of its own."""
    return guess.label if str(guess.index) in guess.label else f"{guess.label} ({guess.index})"
