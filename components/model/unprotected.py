"""What a model's process is not kept from on this machine, said before a file is opened."""

from __future__ import annotations

from functools import cache

import streamlit as st

from components.session import problem
from xai_core.cage.protect import missing

_missing = cache(missing)  # looking for a library that is not there starts a process


def show() -> None:
    """Draw a line where a guard is off; nothing where all are there."""
    protection = _missing()
    if protection.guards:
        st.caption(f":material/gpp_maybe: Protection is {problem.plain(protection.sentence)}.")
