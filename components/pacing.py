"""The pace of a model: measured once, while nobody waits for a process, and known from then on."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import suppress

from components import backend
from components.processes import Access
from components.state import Source
from xai_core.errors import XaiError
from xai_core.pace import Pace
from xai_core.paces import WORTH, Paces, key_of
from xai_core.types import Inputs

PAUSE_SECONDS = 2.0  # what the page asks about a new result goes before


def known(source: Source) -> Pace:
    """The pace of an open model; the plain one where none is known."""
    return Paces().of(_key(source)) or Pace()


def learning(source: Source, inputs: Inputs, samples: int) -> Callable[[], None]:
    """What has an open model's pace measured a little later; it returns at once.

    Made in the script, called from any thread once `samples` are through. It does nothing where
    those are too few, or the pace is known.
    """
    key = _key(source)
    if samples < WORTH or Paces().of(key) is not None:
        return lambda: None
    timer = threading.Timer(PAUSE_SECONDS, _measure, (Access(), Paces(), key, source, inputs))
    timer.daemon = True
    return timer.start


class _Wanted(threading.Event):
    """Set as soon as somebody waits for a process: the measuring is done another time."""

    def __init__(self, access: Access) -> None:
        super().__init__()
        self._access = access

    def is_set(self) -> bool:
        """As the class says; also when the visit has ended."""
        return self._access.awaited or self._access.cancel.is_set()


def _measure(access: Access, found: Paces, key: str, source: Source, inputs: Inputs) -> None:
    if access.awaited or not access.holds(source):
        return
    with suppress(XaiError), access.model(source, patient=True) as held:
        if found.of(key) is None:  # another session may have been faster
            found.remember(key, held.worker.pace(inputs, cancel=_Wanted(access)))


def _key(source: Source) -> str:
    card = backend.opened(source).card
    return key_of(card.sha256, source.options, backend.spec_of(source).shape, card.device)
