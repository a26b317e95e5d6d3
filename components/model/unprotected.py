"""What a model's process is not kept from on this machine, said before a file is opened."""

from __future__ import annotations

from functools import cache

import streamlit as st

from components.session import problem
from xai_core.cage.protect import missing
from xai_core.cage.root import as_root

_missing = cache(missing)  # looking for a library that is not there starts a process


def show() -> None:
    """Draw a line where a guard is off, and one where the server is root; else nothing."""
    protection = _missing()
    if protection.guards:
        st.caption(f":material/gpp_maybe: Protection is {problem.plain(protection.sentence)}.")
    told = as_root()
    if told is not None:
        st.caption(f":material/gpp_maybe: {problem.plain(told)}.")
