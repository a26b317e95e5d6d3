"""The verdict as text, for a pull request or a script."""

from __future__ import annotations

import json

import streamlit as st

from components.session import layout
from xai_core.readiness import to_json, to_markdown
from xai_core.readiness.result import Verdict


def show(verdict: Verdict) -> None:
    """Draw both forms, each with Streamlit's own button to copy it."""
    st.markdown("**Markdown**, for a comment on a pull request")
    layout.code(to_markdown(verdict), "markdown", height=260)
    st.markdown("**JSON**, as `check --json` prints it")
    layout.code(json.dumps(to_json(verdict), indent=1), "json", height=260)
