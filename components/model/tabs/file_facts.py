"""What a model's file is: format, size, hash, parameters, and what its process is kept from."""

from __future__ import annotations

import streamlit as st

from components.session import backend, problem, text
from components.session.backend import OpenModel
from components.session.state.workspace import Source


def show(source: Source, model: OpenModel) -> None:
    """Draw them as a table."""
    card = model.card
    st.table(
        {
            "Format": text.plain(card.format),
            **({"In the package": problem.plain(card.member)} if card.member else {}),
            "Loaded by": problem.plain(card.loaded_by),
            "Size": text.file_size(card.size),
            "SHA-256": text.plain(card.sha256),
            "Parameters": f"{card.parameters:,}",
            "Input": text.size((1, *backend.spec_of(source).shape)),
            "Protection": problem.plain(model.protection.sentence),
        }
    )
