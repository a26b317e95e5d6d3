"""How far the computation of a study is, and at what."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass

from xai_core.base.progress import Progress
from xai_core.pictures.preprocessing import InputSpec
from xai_core.runs.computation import samples_of
from xai_core.studies.chunk import Methods


@dataclass(frozen=True)
class Place:
    """The maps that are being computed: of a chunk of pictures (SHA-256) by some methods.

    Attributes:
        before: samples that were through when it began. samples: that it takes at most.
    """

    pictures: tuple[str, ...]
    methods: tuple[str, ...]
    before: int
    samples: int


class Meter:
    """One progress in samples over all that is missing."""

    def __init__(
        self,
        spec: InputSpec,
        missing: Collection[Methods],
        progress: Progress | None,
        at: Callable[[Place], None],
    ) -> None:
        self._costs: dict[str, int] = {}
        for methods in missing:
            self._costs |= samples_of(methods, spec.shape)
        self._total = sum(self._costs[name] for methods in missing for name in methods)
        self._done = 0
        self._progress, self._at = progress, at

    def enter(self, pictures: Sequence[str], methods: Methods) -> None:
        """This chunk is next."""
        samples = len(pictures) * sum(self._costs[name] for name in methods)
        self._at(Place(tuple(pictures), tuple(methods), self._done, samples))

    def within(self, done: int, total: int) -> None:
        """So much of the chunk in progress is through."""
        if self._progress is not None:
            self._progress(self._done + done, self._total)

    def skip(self, names: Iterable[str], pictures: int) -> None:
        """These entries of so many pictures need nothing more."""
        self._done += pictures * sum(self._costs[name] for name in names)
        if self._progress is not None:
            self._progress(self._done, self._total)
