"""How far a computation is, in samples."""

from __future__ import annotations

from collections.abc import Callable

from xai_core.base.progress import Preview, Progress, Watcher


class Meter:
    """Counts samples that went through a model, and lets the caller stop the work there."""

    def __init__(self, total: int, progress: Progress | None) -> None:
        self.total = total
        self.done = 0
        self._progress = progress

    def advance(self, samples: int) -> None:
        """Add samples; raises `Cancelled` where the caller wants to stop."""
        self.done += samples
        if self._progress is not None and samples > 0:
            self._progress(min(self.done, self.total), self.total)

    def show(self, preview: Callable[[], Preview]) -> None:
        """Offer the map so far to a caller who looks at previews."""
        if isinstance(self._progress, Watcher):
            self._progress.preview(preview)
