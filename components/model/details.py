"""All that is known of a model beside its verdict: a tab each, of which only the open one costs."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from components.inputs import facts, form, preset_guess
from components.model.tabs import (
    copies,
    evidence,
    file_facts,
    findings,
    labels_form,
    layers,
    provenance,
)
from components.session import backend, problem
from components.session.backend import OpenModel
from components.session.state.workspace import Photo, Source, Workspace
from xai_core.readiness.result import Verdict

KEY, LAST = "model-details", "model-details-last"
TITLES = (
    *("More findings", "Evidence", "Provenance", "Layers", "Input form", "Class names", "File"),
    "Copies",
)


def show(space: Workspace, model: OpenModel, photo: Photo, verdict: Verdict) -> None:
    """Draw the tabs, and what the open one holds."""
    source = space.sources[space.source]
    drawn: tuple[Callable[[], None], ...] = (
        lambda: findings.show_others(verdict),
        lambda: evidence.show(verdict),
        lambda: provenance.show(model.card, verdict),
        lambda: layers.show(source, photo),
        lambda: _inputs(space, source, photo),
        lambda: labels_form.show(space, source, photo),
        lambda: file_facts.show(source, model),
        lambda: copies.show(verdict),
    )
    last = st.session_state.get(LAST)  # the tabs are away while the model is checked anew
    tabs = st.tabs(TITLES, key=KEY, default=last, on_change=_remember)
    for tab, draw in zip(tabs, drawn, strict=True):
        if tab.open:
            with tab, problem.guarded():
                draw()


def _remember() -> None:
    st.session_state[LAST] = st.session_state[KEY]


def _inputs(space: Workspace, source: Source, photo: Photo) -> None:
    with problem.guarded():
        facts.show(source, photo)
    with problem.guarded():
        preset_guess.show(space, source, photo)
    form.show(space, source, backend.spec_of(source))
