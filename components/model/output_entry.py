"""Which entry of a nested output is explained."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from components.session import choice
from components.session.state.workspace import Source, Workspace
from xai_core.readiness.result import Verdict

AUTOMATIC = "chosen by itself"


def show(space: Workspace, source: Source, verdict: Verdict) -> None:
    """Draw the choice, where there is one; another entry opens the model anew."""
    chosen = source.options.output
    entries = verdict.evidence.get("output_entries") or {}
    if not chosen and len(entries) < 2:
        return
    options = [AUTOMATIC, *(entries or [chosen])]
    found = choice.one(
        st.selectbox,
        "Entry of the output that is explained",
        options,
        chosen or AUTOMATIC,
        key=f"output-entry-{space.source}",
        help="The model gives several tensors; the verdict, the classes and all maps are of one.",
    )
    wanted = None if found == AUTOMATIC else found
    if wanted != chosen:
        options_ = replace(source.options, output=wanted)
        space.sources[space.source] = replace(source, options=options_)
        st.rerun()
