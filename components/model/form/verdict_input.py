"""Which of several inputs the verdict is of."""

from __future__ import annotations

import streamlit as st

from components.session import text
from xai_core.worker import ModelCard


def show(card: ModelCard) -> None:
    """Say it, where the model was opened with a picture for more than one input."""
    if len(card.pictures) < 2:
        return
    first, further = card.pictures[0].name, card.pictures[1:]
    st.caption(
        f"The verdict is of the input {text.plain(first)}, while "
        f"{text.listed(one.name for one in further)} stays as given. To prove another input, open "
        "the file again and leave that one out of *Other inputs*. *Heatmaps* explains all of them "
        "together.",
    )
