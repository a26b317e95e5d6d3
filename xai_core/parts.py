"""One progress over several methods that each count their own samples."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from xai_core.types import Preview, Progress, Watcher


class Parts:
    """The progress of a whole, as each of its parts sees it.

    Args:
        costs: samples by part, in the order in which they run. whole: told of all of them.
    """

    def __init__(self, costs: Mapping[str, int], whole: Progress | None) -> None:
        self._costs = costs
        self._whole = whole

    def of(self, name: str) -> Progress | None:
        """The progress of one part."""
        if self._whole is None:
            return None
        names = list(self._costs)
        before = sum(self._costs[earlier] for earlier in names[: names.index(name)])
        return _Part(self._whole, name, before, sum(self._costs.values()))


@dataclass(frozen=True)
class _Part:
    """The progress of one method among several; a `Watcher`."""

    whole: Progress
    method: str
    before: int
    total: int

    def __call__(self, done: int, total: int) -> None:
        self.whole(self.before + done, self.total)

    def preview(self, make: Callable[[], Preview]) -> None:
        if isinstance(self.whole, Watcher):
            self.whole.preview(lambda: _named(make(), self.method))


def _named(preview: Preview, part: str) -> Preview:
    """With the method's name; a part of a part has it already."""
    return preview if preview.method else replace(preview, method=part)
