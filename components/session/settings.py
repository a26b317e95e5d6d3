"""What the operator of this server has set."""

from __future__ import annotations

import streamlit as st

from xai_core.base.limits import Limits
from xai_core.studies.asked.folders import AllowedFolders


@st.cache_resource(show_spinner=False)
def limits() -> Limits:
    """Read once. Raises `InputError` where one is no number."""
    return Limits.from_environment()


@st.cache_resource(show_spinner=False)
def picture_folders() -> AllowedFolders:
    """Where visitors may read pictures by their path. Raises `InputError` where one is none."""
    return AllowedFolders.from_environment()
