"""The readiness verdict: level, one sentence, the one thing to do; the proof unfolds."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import streamlit as st

from components.model import gradient_flow, method_matrix, proof_time
from components.session import problem, text
from components.session.state.workspace import Workspace
from xai_core.base.finding import Finding
from xai_core.readiness import to_json, to_markdown
from xai_core.readiness.result import Verdict

BADGES: dict[str, tuple[str, Any, str]] = {
    "ready": ("Ready", "green", ":material/check_circle:"),
    "input-gradients": ("Input gradients only", "blue", ":material/incomplete_circle:"),
    "unproven": ("Not proven yet", "violet", ":material/hourglass_top:"),
    "inference-only": ("Inference only", "orange", ":material/do_not_disturb_on:"),
    "rejected": ("Rejected", "red", ":material/cancel:"),
}
ICONS = {
    "error": ":red[:material/error:]",
    "warning": ":orange[:material/warning:]",
    "info": ":gray[:material/info:]",
}
MISMATCH = "gradient-mismatch"


def show(space: Workspace, verdict: Verdict) -> None:
    """Draw a verdict and remember it for the pages that start methods."""
    space.verdicts[space.source] = verdict
    name, colour, icon = BADGES[verdict.level]
    st.badge(name, color=colour, icon=icon)
    st.markdown(f"#### {problem.plain(verdict.summary)}")
    st.caption(f"Checked on {_shape(verdict.input_shape)}, output {_shape(verdict.output_shape)}.")
    findings = sorted(verdict.findings, key=lambda one: list(ICONS).index(one.severity))
    for finding in findings:
        if finding.severity == "error":
            _finding(finding)
    _anyway(space, verdict)
    proof_time.show(space, verdict)
    lesser = [finding for finding in findings if finding.severity != "error"]
    if lesser:
        with st.expander(f"Notes ({len(lesser)})", icon=":material/notes:"):
            for finding in lesser:
                _finding(finding)
    with st.expander("What each method may do, and what it costs", icon=":material/rule:"):
        method_matrix.show(space, verdict)
    with st.expander("Gradient flow, from input to output", icon=":material/timeline:"):
        gradient_flow.show(verdict.evidence.get("gradient_flow") or [], key="gradient-flow")
    with st.expander("Evidence", icon=":material/science:"):
        st.table(_rows(verdict))
    with st.expander("Copy for a pull request or a script", icon=":material/content_copy:"):
        _copies(verdict)


def _finding(finding: Finding) -> None:
    place = " · ".join(part for part in (finding.where, finding.layer) if part)
    at = f" at `{text.code(place)}`" if place else ""
    st.markdown(
        f"{ICONS[finding.severity]} {problem.plain(finding.message)}  \n"
        f"{problem.plain(finding.hint)}  \n:small[`{text.code(finding.code)}`{at}]"
    )


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


def _rows(verdict: Verdict) -> Mapping[str, str]:
    rows: dict[str, str] = {}
    for name, value in verdict.evidence.items():
        if name != "gradient_flow":
            rows[text.plain(name.replace("_", " "))] = problem.plain(_told(value))
    return rows


def _shape(shape: tuple[int, ...] | None) -> str:
    return text.size(shape) if shape else "unknown"


def _told(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:.6g}"
    if isinstance(value, list | tuple):
        shown = [_told(item) for item in value[:6]]
        return ", ".join(shown) + (f", … ({len(value)} in all)" if len(value) > 6 else "")
    if isinstance(value, Mapping):
        return ", ".join(f"{key}: {_told(item)}" for key, item in value.items())
    return str(value)


def _copies(verdict: Verdict) -> None:
    markdown, as_json = st.tabs(["Markdown", "JSON"])
    markdown.code(to_markdown(verdict), language="markdown", height=260)
    as_json.code(json.dumps(to_json(verdict), indent=1), language="json", height=260)
