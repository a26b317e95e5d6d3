"""A visit: from a session's first page until some time after its browser has gone."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import ExitStack

import streamlit as st

from components.session.settings import limits
from xai_core.base.memory import give_back

KEY = "visit"


class Visit:
    """Whether somebody still looks at this session.

    Attributes:
        gone: set when nobody does any more; what is computed for the session stops.

    Args:
        grace: seconds that a browser which lost its connection has to come back.
    """

    def __init__(self, grace: float) -> None:
        self.gone = threading.Event()
        self._grace = grace
        self._lock = threading.Lock()
        self._timer: threading.Timer | None = None
        self._farewells: dict[str, Callable[[], None]] = {}

    def at_end(self, name: str, farewell: Callable[[], None]) -> None:
        """Call `farewell` when the visit ends; another one of that name takes its place."""
        with self._lock:
            self._farewells[name] = farewell

    def came(self) -> None:
        """The browser is connected, again or for the first time."""
        with self._lock:
            if self._timer is not None:
                self._timer.cancel()
                self._timer = None
            if self.gone.is_set():
                self.gone = threading.Event()

    def left(self) -> None:
        """The browser is not connected any more; the visit ends unless it comes back."""
        with self._lock:
            if self._timer is None:
                self._timer = threading.Timer(self._grace, self._end)
                self._timer.daemon = True
                self._timer.start()

    def _end(self) -> None:
        with self._lock:
            if self._timer is None:  # it came back in this moment
                return
            self._timer = None
            self.gone.set()
            farewells = list(self._farewells.values())
            self._farewells.clear()
        with ExitStack() as calls:  # one that fails keeps none of the others from being called
            calls.callback(give_back)
            for farewell in farewells:
                calls.callback(farewell)


def current() -> Visit:
    """This session's visit."""
    if KEY not in st.session_state:
        st.session_state[KEY] = Visit(limits().grace_seconds)
    found: Visit = st.session_state[KEY]
    _attend(found)
    return found


# Streamlit releases what a session has cached when its browser disconnects, and tells us so.
@st.cache_resource(scope="session", show_spinner=False, on_release=lambda visit: visit.left())
def _attend(_visit: Visit) -> Visit:
    _visit.came()
    return _visit
