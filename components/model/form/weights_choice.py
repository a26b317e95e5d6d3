"""Of weights: which of several sets is taken, and what stands between the layers of their head."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from components.model.form import member_choice
from components.session import choice
from components.session.state.workspace import Source, Workspace
from xai_core.base.errors import XaiError
from xai_core.models.formats.base import ACTIVATIONS
from xai_core.worker import ModelCard

AUTOMATIC = "chosen by itself"
ASSUMED = "head-assumed"
TITLES = {"relu": "ReLU", "gelu": "GELU", "none": "none"}


def show(space: Workspace, source: Source, card: ModelCard) -> None:
    """Draw the choices that there are; another one opens the model anew."""
    member_choice.after(space, source, card)
    options = source.options
    if card.weights or options.weights:
        known = list(card.weights) or [str(options.weights)]
        found = choice.one(
            st.selectbox,
            "Weights that are taken",
            [AUTOMATIC, *known],
            options.weights or AUTOMATIC,
            key=f"weights-{space.source}",
            help="The file holds several sets, such as an average over the training.",
        )
        options = replace(options, weights=None if found == AUTOMATIC else found)
    if options.head_activation or _guessed(card):
        found = choice.one(
            st.radio,
            "Between the layers of the head",
            list(ACTIVATIONS),
            options.head_activation or ACTIVATIONS[0],
            key=f"head-activation-{space.source}",
            format_func=lambda name: TITLES[name],
            horizontal=True,
            help="Activations have no tensors in the file: choose the one of the training code.",
        )
        if found != (options.head_activation or ACTIVATIONS[0]):
            options = replace(options, head_activation=found)
    if options != source.options:
        space.sources[space.source] = replace(source, options=options)
        st.rerun()


def build_file(error: XaiError) -> None:
    """Offer the Python file to complete, where one comes with a refusal."""
    text = error.facts.get("build_file")
    if isinstance(text, str):
        st.download_button(
            "Python file to complete",
            text,
            "build.py",
            "text/x-python",
            icon=":material/download:",
            on_click="ignore",
        )


def _guessed(card: ModelCard) -> bool:
    return any(one.code == ASSUMED and one.severity == "warning" for one in card.findings)
