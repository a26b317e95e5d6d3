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

KEY = "model-details"


def show(space: Workspace, model: OpenModel, photo: Photo, verdict: Verdict) -> None:
    """Draw the tabs, and what the open one holds."""
    source = space.sources[space.source]
    more = len(findings.others(verdict))
    drawn: dict[str, Callable[[], None]] = {
        f"More findings ({more})": lambda: findings.show_others(verdict),
        "Evidence": lambda: evidence.show(verdict),
        "Provenance": lambda: provenance.show(model.card, verdict),
        "Layers": lambda: layers.show(source, photo),
        "Input form": lambda: _inputs(space, source, photo),
        "Class names": lambda: labels_form.show(space, source, photo),
        "File": lambda: file_facts.show(source, model),
        "Copies": lambda: copies.show(verdict),
    }
    for tab, draw in zip(
        st.tabs(list(drawn), key=KEY, on_change="rerun"), drawn.values(), strict=True
    ):
        if tab.open:
            with tab, problem.guarded():
                draw()


def _inputs(space: Workspace, source: Source, photo: Photo) -> None:
    with problem.guarded():
        facts.show(source, photo)
    with problem.guarded():
        preset_guess.show(space, source, photo)
    form.show(space, source, backend.spec_of(source))
