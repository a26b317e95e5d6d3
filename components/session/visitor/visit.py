"""A visit: from a tab's first page until some time after its browser has gone."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from contextlib import ExitStack

import streamlit as st

from components.session.settings import limits
from xai_core.base.memory import give_back

KEY = "visit"
STEP = 5.0  # seconds between two looks whether what is computed has ended


class Visit:
    """Whether somebody still looks at a workspace; several sessions may, one after a reload.

    Attributes:
        gone: set when nobody does any more; what would be shown to them stops.
        changed: to be called, from any thread, when something has ended that is to be kept.

    Args:
        grace: seconds that a browser which lost its connection has to come back.
        longest: seconds that a computation may go on without one.
    """

    def __init__(self, grace: float, longest: float = 0.0) -> None:
        self.gone = threading.Event()
        self.changed: Callable[[], None] = _nothing
        self._grace, self._longest = grace, longest
        self._lock = threading.Lock()
        self._timer: threading.Timer | None = None
        self._sessions = 0
        self._since = 0.0
        self._busy: list[Callable[[], bool]] = []
        self._farewells: dict[str, Callable[[], None]] = {}

    def at_end(self, name: str, farewell: Callable[[], None]) -> None:
        """Call `farewell` when the visit ends; another one of that name takes its place."""
        with self._lock:
            self._farewells[name] = farewell

    def works(self, busy: Callable[[], bool]) -> None:
        """The visit does not end as long as this is true, nor does its work."""
        with self._lock:
            self._busy = [one for one in self._busy if one()]
            self._busy.append(busy)

    def came(self) -> None:
        """A session of it is connected, again or for the first time."""
        with self._lock:
            self._sessions += 1
            if self._timer is not None:
                self._timer.cancel()
                self._timer = None
            if self.gone.is_set():
                self.gone = threading.Event()

    def left(self) -> None:
        """One is not connected any more; after the last one the visit ends, unless one comes."""
        with self._lock:
            self._sessions = max(0, self._sessions - 1)
            if self._timer is None and self._sessions == 0:
                self._since = time.monotonic()
                self._wait(self._grace)

    def _wait(self, seconds: float) -> None:
        self._timer = threading.Timer(seconds, self._end)
        self._timer.daemon = True
        self._timer.start()

    def _end(self) -> None:
        with self._lock:
            if self._timer is None:  # it came back in this moment
                return
            self._timer = None
            within = time.monotonic() - self._since < self._longest
            if within and any(busy() for busy in self._busy):
                self._wait(min(STEP, self._grace))
                return
            self.gone.set()
            self._busy.clear()
            farewells = list(self._farewells.values())
            self._farewells.clear()
        with ExitStack() as calls:  # one that fails keeps none of the others from being called
            calls.callback(give_back)
            for farewell in farewells:
                calls.callback(farewell)


def fresh() -> Visit:
    """A visit as the operator wants it."""
    found = limits()
    return Visit(found.grace_seconds, found.unattended_hours * 3600)


def current() -> Visit:
    """This session's visit."""
    if KEY not in st.session_state:
        st.session_state[KEY] = fresh()
    found: Visit = st.session_state[KEY]
    _attend(found)
    return found


def join(visit: Visit) -> None:
    """This session is one of those of a visit."""
    if st.session_state.get(KEY) is not visit:
        st.session_state[KEY] = visit
        _attend.clear()
    current()


# Streamlit releases what a session has cached when its browser disconnects, and tells us so.
@st.cache_resource(scope="session", show_spinner=False, on_release=lambda visit: visit.left())
def _attend(_visit: Visit) -> Visit:
    _visit.came()
    return _visit


def _nothing() -> None:
    """Nobody keeps anything of this visit."""
