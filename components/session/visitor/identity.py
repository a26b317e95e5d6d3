"""Whose a workspace is: of who has signed in, else of a browser; and in it, of one tab."""

from __future__ import annotations

import hashlib

import streamlit as st

from components.serving.document import COOKIE, NAME, TAB_HEADER
from components.session.visitor import access


def workspace_name() -> str | None:
    """The name of this tab's workspace; None where the browser keeps none.

    A hash of two secrets: without the other one neither leads anywhere. With a login the first is
    who has signed in, whatever the browser: the next one at the same machine has another.
    """
    who, tab = access.user_key() or visitor(), str(st.context.headers.get(TAB_HEADER))
    if who is None or not NAME.fullmatch(tab):
        return None
    return hashlib.sha256(f"workspace {who} {tab}".encode()).hexdigest()


def visitor() -> str | None:
    """A stable name of this browser, which is not its cookie; None where it keeps no cookie."""
    cookie = str(st.context.cookies.get(COOKIE))
    if not NAME.fullmatch(cookie):
        return None
    return "visit-" + hashlib.sha256(f"visitor {cookie}".encode()).hexdigest()
