"""How far a computation is: what is told of it, and one progress over several methods."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Protocol, runtime_checkable

import numpy as np
from jaxtyping import Float32

Progress = Callable[[int, int], None]
"""Called as `progress(done, total)` in samples; raises `Cancelled` to stop the work."""


@dataclass(frozen=True)
class Preview:
    """A map that is still being sampled.

    Attributes:
        values: float32 `[h, w]` in input resolution, channels added up.
        error: relative standard error; None before it can be told.
        method: name of the method, where several are computed.
    """

    values: Float32[np.ndarray, "h w"]
    error: float | None = None
    method: str = ""


@runtime_checkable
class Watcher(Protocol):
    """A `Progress` that also looks at maps while they are sampled."""

    def __call__(self, done: int, total: int) -> None:
        """As `Progress`."""

    def preview(self, make: Callable[[], Preview]) -> None:
        """Offered after every few samples; `make` is called where one is wanted just now."""


class SharedProgress:
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
        return _Part(self._whole, name, before, self._costs[name], sum(self._costs.values()))


@dataclass(frozen=True)
class _Part:
    """The progress of one method among several; a `Watcher`. It may count otherwise than its cost,
    which stays its share of the whole.
    """

    whole: Progress
    method: str
    before: int
    cost: int
    total: int

    def __call__(self, done: int, total: int) -> None:
        own = self.cost * min(done, total) // max(total, 1)
        self.whole(self.before + own, self.total)

    def preview(self, make: Callable[[], Preview]) -> None:
        if isinstance(self.whole, Watcher):
            self.whole.preview(lambda: _named(make(), self.method))


def _named(preview: Preview, part: str) -> Preview:
    """With the method's name; a part of a part has it already."""
    return preview if preview.method else replace(preview, method=part)
