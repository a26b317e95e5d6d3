"""What the operator of this server has set."""

from __future__ import annotations

import streamlit as st

from xai_core.base.limits import Limits


@st.cache_resource(show_spinner=False)
def limits() -> Limits:
    """Read once. Raises `InputError` where one is no number."""
    return Limits.from_environment()
