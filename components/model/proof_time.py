"""What a proof that ran out of time means for maps, and the button that lets it go on."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from components.methods.availability import caution
from components.session.state.workspace import Workspace
from xai_core.base.patience import MORE, PROOF_SECONDS
from xai_core.readiness.result import Verdict

CODE = "time-limit"


def show(space: Workspace, verdict: Verdict) -> None:
    """Draw both, for a verdict that time cut short; nothing for any other."""
    if not any(finding.code == CODE for finding in verdict.findings):
        return
    told = caution(verdict)
    if told:
        st.warning(told, icon=":material/hourglass_top:")
    source = space.sources[space.source]
    patience = source.options.patience * MORE
    if st.button(
        "Go on proving",
        icon=":material/more_time:",
        key=f"proof-{space.source}",
        help=f"Opens the model again and proves it for up to {PROOF_SECONDS * patience:.0f} s.",
    ):
        options = replace(source.options, patience=patience)
        space.sources[space.source] = replace(source, options=options)
        space.verdicts.pop(space.source, None)
        st.rerun()
