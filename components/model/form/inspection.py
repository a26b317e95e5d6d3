"""What a model file says of itself before it is loaded: in one plain sentence, then in facts."""

from __future__ import annotations

import streamlit as st

from components.session import problem, text
from xai_core.models.formats.base import Inspection

LISTED = 3


def show(inspection: Inspection) -> None:
    """Draw the report on a file of which nothing was run."""
    _headline(inspection)
    st.markdown(
        f"Recognised as `{text.code(inspection.format)}`, {text.file_size(inspection.size)}, "
        f"SHA-256 `{text.code(inspection.sha256[:16])}…`"
    )
    st.caption(
        " · ".join(
            f"{problem.plain(heading)}: {problem.plain(fact)}"
            for heading, fact in inspection.facts.items()
        )
    )
    for finding in inspection.findings:
        show_as = st.error if finding.severity == "error" else st.info
        show_as(f"{problem.plain(finding.message)} {problem.plain(finding.hint)}")


def headline(inspection: Inspection) -> str:
    """What opening the file would mean, in one sentence."""
    if any(finding.code == "unsafe-code" for finding in inspection.findings):
        return "Refused: it asks for something that no model needs."
    if inspection.missing:
        names = ", ".join(f"`{name}`" for name in inspection.missing[:LISTED])
        more = len(inspection.missing) - LISTED
        noun, verb = ("class", "is") if len(inspection.missing) == 1 else ("classes", "are")
        others = f" and {more} more" if more > 0 else ""
        return f"Needs the {noun} {names}{others}, which {verb} not here."
    if inspection.needs_trust:
        return "Loading it would run code that it names: only if you trust it."
    return "Loads without running code of the file."


def _headline(inspection: Inspection) -> None:
    told = text.plain(headline(inspection))
    if any(finding.code == "unsafe-code" for finding in inspection.findings):
        st.badge(told, color="red", icon=":material/block:")
    elif inspection.missing or inspection.needs_trust:
        st.badge(told, color="orange", icon=":material/warning:")
    else:
        st.badge(told, color="green", icon=":material/verified_user:")
