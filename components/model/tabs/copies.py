"""The verdict as text, for a pull request or a script."""

from __future__ import annotations

import json

import streamlit as st

from xai_core.readiness import to_json, to_markdown
from xai_core.readiness.result import Verdict


def show(verdict: Verdict) -> None:
    """Draw both forms, each with Streamlit's own button to copy it."""
    st.markdown("**Markdown**, for a comment on a pull request")
    st.code(to_markdown(verdict), language="markdown", height=260)
    st.markdown("**JSON**, as `check --json` prints it")
    st.code(json.dumps(to_json(verdict), indent=1), language="json", height=260)
