"""The readiness verdict at a glance: level, one sentence, and the one thing to do."""

from __future__ import annotations

from typing import Any

import streamlit as st

from components.model import proof_time
from components.model.tabs import findings
from components.session import problem, text
from components.session.opening import control as opening
from components.session.state.workspace import Workspace
from xai_core.readiness.result import Verdict

BADGES: dict[str, tuple[str, Any, str]] = {
    "ready": ("Ready", "green", ":material/check_circle:"),
    "input-gradients": ("Input gradients only", "blue", ":material/incomplete_circle:"),
    "unproven": ("Not proven yet", "violet", ":material/hourglass_top:"),
    "inference-only": ("Inference only", "orange", ":material/do_not_disturb_on:"),
    "rejected": ("Rejected", "red", ":material/cancel:"),
}
MISMATCH = "gradient-mismatch"


def show(space: Workspace, verdict: Verdict) -> None:
    """Draw a verdict and remember it for the pages that start methods."""
    space.verdicts[space.source] = verdict
    name, colour, icon = BADGES[verdict.level]
    with st.container(horizontal=True, vertical_alignment="center"):
        st.badge(name, color=colour, icon=icon)
        shapes = (_shape(verdict.input_shape), _shape(verdict.output_shape))
        st.caption("Checked on {}, output {}.".format(*shapes))
    st.markdown(f"### {problem.plain(verdict.summary)}")
    decisive = findings.decisive(verdict)
    if decisive is not None:
        findings.show(*decisive, said=verdict.summary)
    _anyway(space, verdict)
    proof_time.show(space, verdict)
    st.space("xsmall")


def leads_on(space: Workspace) -> bool:
    """Whether heatmaps come next: not for a model that has none, nor while a file is refused."""
    refused = space.opening.refusal is not None or space.pending is not None
    found = space.verdicts.get(space.source)
    if refused or not opening.is_there(space, proven=True) or found is None:
        return False
    return any(one.available for one in found.methods.values())


def _anyway(space: Workspace, verdict: Verdict) -> None:
    if not any(finding.code == MISMATCH for finding in verdict.findings):
        return
    wanted = st.checkbox(
        "Explain anyway: the gradient is changed on purpose",
        value=space.source in space.anyway,
        key=f"anyway-{space.source}",
        help="For models with a backward pass of their own, such as a straight-through estimator.",
    )
    (space.anyway.add if wanted else space.anyway.discard)(space.source)


def _shape(shape: tuple[int, ...] | None) -> str:
    return text.size(shape) if shape else "unknown"
