"""Which pictures' maps a job keeps: by name in the pass over all pictures, by score in a second."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from xai_core.studies.host.task import Task
from xai_core.studies.jobs.plan import Plan
from xai_core.studies.maps.files import StudyMaps
from xai_core.studies.maps.listing import MapsList
from xai_core.studies.sources import Listed
from xai_core.studies.summary import open_summary

MOST = 100  # names that are told where the source has no such picture


class WantedMaps:
    """For the time of a block, at whose end the list of maps is written.

    Attributes:
        kept: names of the pictures whose maps are there. total: how many are wanted; None before
            the scores have said so.

    Raises (all calls):
        XaiError: the disk cannot be written.
    """

    def __init__(self, plan: Plan, task: Task, folder: Path) -> None:
        self._choice, self._quantile = plan.kept_maps, plan.quantile
        self._task, self._folder = task, folder
        self._files = StudyMaps(task.setting, folder, task.pace)
        self._list = MapsList(self._files.folder)
        self._unmet = set(self._choice.names)
        self.kept: set[str] = set()
        self.total: int | None = None

    def __enter__(self) -> Self:
        self._list.__enter__()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._list.__exit__(kind, error, trace)

    def wanted(self, name: str) -> bool:
        """Whether a picture's maps are kept, by its name or with all others."""
        self._unmet.discard(name)
        return self._choice.everything or name in self._choice.names

    def take(self, pictures: Sequence[tuple[str, str]]) -> None:
        """Maps of these (name and SHA-256) are there."""
        self._files.tell(self._list, pictures, self._task.methods)
        self.kept.update(name for name, _ in pictures)

    def second(self) -> Iterator[Listed]:
        """The pictures that the scores point at, once all have some; those are in `total`."""
        names = self._by_scores()
        self.total = len(self.kept) + len(names)
        self._unmet |= names
        return self._listed(names)

    def told(self) -> dict[str, Any]:
        """For the status."""
        lacking = tuple(sorted(self._unmet)[:MOST]) if self.total is not None else ()
        return {"maps": len(self.kept), "maps_total": self.total, "lacking": lacking}

    def _by_scores(self) -> set[str]:
        if not self._choice.by_scores:
            return set()
        summary = open_summary(self._folder, self._quantile)
        return {*summary.names(self._choice.rows(summary.scores))} - self.kept

    def _listed(self, names: set[str]) -> Iterator[Listed]:
        left = set(names)
        for one in self._task.source.pictures() if left else ():
            if one.name in left:
                left.discard(one.name)
                self._unmet.discard(one.name)
                yield one
            if not left:
                return
