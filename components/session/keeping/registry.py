"""The workspaces that are in memory, and their way to the disk and back."""

from __future__ import annotations

import json
import logging
import os
import threading
import time
from collections.abc import Callable
from contextlib import suppress

import streamlit as st

from components.session.keeping import choices, files, pages, parts, results, verdicts, view
from components.session.settings import limits
from components.session.state.workspace import KEY, Workspace, fresh, workspace
from components.session.visitor import identity, visit
from xai_core.base.errors import InputError, XaiError
from xai_core.base.storage.files import data_folder
from xai_core.base.storage.states import StateStore
from xai_core.base.text import terminal

PARTS = (files, verdicts, choices, pages, results, view)  # importing them registers them
ASIDE = "{} It was left aside, and this is a new workspace."
BROKEN = "A part of what was kept here cannot be read and was left aside: {}."
AFRESH = 3600.0  # seconds after which a state is written anew, so that it is seen to be in use
_log = logging.getLogger("pedestal")


class Held:
    """One workspace in memory. name: of its file. visit: of those who look at it."""

    def __init__(self, name: str, store: StateStore, closed: Callable[[Held], None]) -> None:
        self.name, self.visit = name, visit.fresh()
        self._store, self._closed = store, closed
        self._lock = threading.Lock()
        self._open = True
        self._text: str | None = None  # of the first page, which nobody has chosen anything on
        self._written: float | None = None  # never, as long as that is so
        self.space = self._restored()
        self.visit.changed = self.save

    def save(self) -> None:
        """Write what has changed. Never raises: what is on screen does not depend on it."""
        try:
            with self._lock:
                if self._open:
                    self._write()
        except (XaiError, RuntimeError) as error:  # full disk; changed by another thread just now
            _log.warning("a workspace was not kept: %s", terminal(str(error)))

    def close(self) -> None:
        """Nobody looks any more: the results leave the memory, and stay on disk."""
        with self._lock:
            self._open = False
        self._closed(self)
        self.space.forget()

    def _write(self) -> None:
        told = parts.told(self.space)
        text, now = json.dumps(told), time.monotonic()
        recent = self._written is None or now - self._written < AFRESH
        if (text == self._text and recent) or (self._text is None and self._written is None):
            self._text = text
            return
        self._store.keep(self.name, {"schema": parts.SCHEMA, "parts": told})
        self._text, self._written = text, now
        for path in files.paths(self.space):
            if path.is_relative_to(data_folder()):
                with suppress(OSError):
                    os.utime(path)  # its age is how long nobody has used it

    def _restored(self) -> Workspace:
        space = fresh()
        try:
            state = self._store.read(self.name)
            if state is None:
                return space
            broken = parts.taken(space, state)
        except InputError as error:
            self._store.set_aside(self.name)
            space.notes.append(ASIDE.format(error.message))
            return space
        self._written = time.monotonic()
        if broken:
            self._store.set_aside(self.name)
            space.notes.append(BROKEN.format(", ".join(broken)))
        return space


class Registry:
    """All of them, by name. store: where they are kept."""

    def __init__(self, store: StateStore) -> None:
        self._store = store
        self._lock = threading.Lock()
        self._held: dict[str, Held] = {}

    def known(self, name: str) -> Held | None:
        """The workspace of a name, where it is in memory."""
        with self._lock:
            return self._held.get(name)

    def of(self, name: str) -> Held:
        """The same; else from the disk, else a new one."""
        found = self.known(name)
        if found is not None:
            return found
        restored = Held(name, self._store, self._drop)  # outside the lock: it opens files
        with self._lock:
            return self._held.setdefault(name, restored)

    def _drop(self, held: Held) -> None:
        with self._lock:
            if self._held.get(held.name) is held:
                del self._held[held.name]


@st.cache_resource(show_spinner=False)
def _registry(_folder: str) -> Registry:
    store = StateStore(days=limits().workspace_days)
    store.sweep()
    return Registry(store)


def attached() -> Workspace:
    """The workspace of this tab, which the session shows from now on."""
    name = identity.workspace_name()
    if name is None:
        space = workspace()
        visit.current().at_end("results", space.forget)
        return space
    held = _registry(str(data_folder())).of(name)
    visit.join(held.visit)
    held.visit.at_end("results", held.close)
    if st.session_state.get(KEY) is not held.space:
        st.session_state[KEY] = held.space
        held.space.quantile_page = ""  # the slider takes the kept value, as on a change of pages
        view.show(held.space)
    return held.space


def save(space: Workspace) -> None:
    """Keep what has been chosen. To be called at the end of each run of a page."""
    view.note(space)
    name = identity.workspace_name()
    held = None if name is None else _registry(str(data_folder())).known(name)
    if held is not None and held.space is space:
        held.save()
