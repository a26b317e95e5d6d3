"""Keeps a finished computation as a run, in the thread that computed it."""

from __future__ import annotations

from collections.abc import Mapping

from xai_core.base.errors import XaiError
from xai_core.readiness.result import Verdict
from xai_core.runs.run import Run
from xai_core.runs.store import RunStore
from xai_core.studies.result import StudyResult


class Keeper:
    """One computation's way to the disk.

    Attributes:
        id: of the kept run. failure: why there is none; the result itself is not lost by that.
    """

    def __init__(self, store: RunStore, owner: str, verdict: Verdict | None = None) -> None:
        self.id: str | None = None
        self.failure: str | None = None
        self._store, self._owner, self._verdict = store, owner, verdict

    def keep(self, run: Run | StudyResult, beside: Mapping[str, str] | None = None) -> None:
        """Save it; an error becomes `failure`. `beside`: as `RunStore.save` takes it."""
        verdict = self._verdict
        if verdict is not None and verdict.sha256 != run.model_sha256:
            verdict = None  # of another file under the same title
        try:
            self.id = self._store.save(run, self._owner, verdict=verdict, beside=beside)
        except XaiError as error:
            self.failure = f"This result is on screen, but not kept. {error}"
