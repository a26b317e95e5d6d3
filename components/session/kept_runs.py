"""The runs that are kept on this server, and which of them are this visitor's.

Who has a run's link can open it. The list, and the right to change or delete, is its owner's:
with a login the one who has signed in; at the machine itself, without a login, whoever sits there;
from elsewhere, without a login, the browser that computed it.
"""

from __future__ import annotations

import secrets
import threading
from pathlib import Path

import streamlit as st

from components.serving.machine import at_the_machine as at_the_machine
from components.session import run_source
from components.session.settings import limits
from components.session.state.workspace import Workspace
from components.session.visitor import access, identity
from xai_core.runs.index.queries import RunFilter
from xai_core.runs.store import RunStore

VISITOR = "visitor"


def store() -> RunStore:
    """All of them."""
    found = RunStore(cap=limits().runs_megabytes)
    _tidied(str(found.folder))
    return found


def owner() -> str:
    """Whose the runs are that this session computes."""
    user = access.user_key()
    if user is not None:
        return user
    if at_the_machine(st.context.ip_address, st.context.headers):
        return ""
    browser = identity.visitor()
    if browser is not None:
        return browser
    if VISITOR not in st.session_state:
        st.session_state[VISITOR] = f"visit-{secrets.token_urlsafe(16)}"
    return str(st.session_state[VISITOR])


def mine(space: Workspace) -> RunFilter:
    """The visitor's own runs, and those that were opened by a link in this session."""
    return RunFilter(owner(), frozenset(space.linked))


def study_with(space: Workspace, fingerprint: str) -> str | None:
    """The id of a kept study of one setting that is in the visitor's list, the newest."""
    me = owner()
    ids = (
        one.id
        for one in store().studies(fingerprint)
        if one.label.owner == me or one.id in space.linked
    )
    return next(ids, None)


def open_(space: Workspace, name: str) -> None:
    """Put a run on screen. Raises `InputError` where there is none."""
    kept = store()
    entry = kept.entry(name)
    run_source.show(space, kept.open(name), own=entry.label.owner == owner())
    space.run_id = name
    space.failure, space.stopped, space.keeper = None, False, None
    if entry.label.owner != owner():
        space.linked.add(name)


@st.cache_resource(show_spinner=False)
def _tidied(folder: str) -> None:
    """Once a server, beside what people do: it looks at every run."""
    tidy = RunStore(Path(folder)).tidy
    threading.Thread(target=tidy, name="kept runs are looked through", daemon=True).start()
