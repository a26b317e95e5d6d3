"""Keeps a finished computation as a run, in the thread that computed it."""

from __future__ import annotations

from xai_core.errors import XaiError
from xai_core.run_store import RunStore
from xai_core.runs import Run


class Keeper:
    """One computation's way to the disk.

    Attributes:
        id: of the kept run. failure: why there is none; the result itself is not lost by that.
    """

    def __init__(self, store: RunStore, owner: str) -> None:
        self.id: str | None = None
        self.failure: str | None = None
        self._store, self._owner = store, owner

    def keep(self, run: Run) -> None:
        """Save it; an error becomes `failure`."""
        try:
            self.id = self._store.save(run, self._owner)
        except XaiError as error:
            self.failure = f"This result is on screen, but not kept. {error}"
