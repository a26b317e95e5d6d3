"""What is computed for a kept run after its maps lies beside them: for its owner to add.

Who opens a run by its link reads what lies there, and adds nothing to what is somebody else's.
"""

from __future__ import annotations

import logging
from contextlib import suppress
from dataclasses import dataclass

from components.session import kept_runs
from components.session.state.workspace import Workspace
from xai_core.base.errors import XaiError
from xai_core.base.text import terminal
from xai_core.runs.store import RunStore

_log = logging.getLogger("pedestal")


@dataclass(frozen=True)
class Place:
    """Beside one run. run_id: None where nothing is kept. May be used in any thread."""

    store: RunStore
    run_id: str | None

    def keep(self, file: str, data: bytes) -> None:
        """Put a file there. Never raises: what is on screen does not depend on it."""
        if self.run_id is None:
            return
        try:
            self.store.add(self.run_id, file, data)
        except XaiError as error:
            _log.warning("%s was not kept beside a run: %s", file, terminal(str(error)))

    def read(self, file: str) -> bytes | None:
        """A file that lies there; None where there is none."""
        if self.run_id is None:
            return None
        with suppress(XaiError):
            return self.store.added(self.run_id, file)
        return None


def own(space: Workspace) -> Place:
    """Beside the run on screen, where that is kept and this visitor's; for the script."""
    store, mine = kept_runs.store(), False
    if space.run_id is not None:
        with suppress(XaiError):
            mine = store.entry(space.run_id).label.owner == kept_runs.owner()
    return Place(store, space.run_id if mine else None)


def read(space: Workspace, file: str) -> bytes | None:
    """A file beside the run on screen; None where there is none."""
    return Place(kept_runs.store(), space.run_id).read(file)
