"""Keeps every worker of a job busy with chunks of pictures, and takes what they give."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator
from itertools import islice

from xai_core.base.errors import XaiError
from xai_core.studies.engines.base import Crew
from xai_core.studies.host.exchange import Chunk, Outcome
from xai_core.studies.jobs.retries import Retries
from xai_core.studies.jobs.writer import Writer
from xai_core.studies.sources import Listed, Source

LOOK = 0.25  # seconds that a step waits for outcomes


class Loop:
    """One pass over chunks.

    Args:
        mapped: told of each outcome's maps.

    Attributes:
        done: pictures that are through. new: of these, computed now. broken: refused.
    """

    def __init__(
        self,
        chunks: Iterator[Chunk],
        crew: Crew,
        writer: Writer,
        retries: Retries,
        mapped: Callable[[tuple[tuple[str, str], ...]], None],
    ) -> None:
        self._chunks, self._mapped = chunks, mapped
        self._crew, self._writer, self.retries = crew, writer, retries
        self._under_way = 0
        self.done = self.new = self.broken = 0

    def step(self) -> bool:
        """Hand out and take in; False once everything is through."""
        while self._under_way < self._crew.workers * self._crew.hands:
            chunk = self.retries.next() or next(self._chunks, None)
            if chunk is None:
                break
            self._crew.hand(chunk)
            self._under_way += 1
        if not self._under_way:
            return False
        for outcome in self._crew.outcomes(LOOK):
            self._under_way -= 1
            self._take(self.retries.judged(outcome))
        return True

    def told(self) -> dict[str, int]:
        """For the status."""
        return {"done": self.done, "new": self.new, "broken": self.broken}

    def _take(self, outcome: Outcome) -> None:
        pictures = len(outcome.chunk.pictures)
        self._writer.add(outcome.rows)
        self._mapped(outcome.mapped)
        self.done += pictures
        self.new += pictures - outcome.known
        self.broken += sum(row.kind != "score" for row in outcome.rows) + outcome.refused


def chunks(pictures: Iterable[Listed], size: int, mapped: Callable[[str], bool]) -> Iterator[Chunk]:
    """Pictures as workers get them. mapped: whether maps of a picture are kept, by its name."""
    left, number = iter(pictures), 0
    while part := tuple(islice(left, size)):
        yield Chunk(number, part, frozenset(one.name for one in part if mapped(one.name)))
        number += 1


class Count:
    """Counts the pictures of a source in a thread of its own, while they are computed."""

    def __init__(self, source: Source) -> None:
        self.total: int | None = None
        self._source = source
        self._thread = threading.Thread(target=self._run, name="study-count", daemon=True)
        self._thread.start()

    def wait(self, seconds: float = 1.0) -> None:
        """For the end of it, at most so long."""
        self._thread.join(seconds)

    def _run(self) -> None:
        try:
            self.total = sum(1 for _ in self._source.pictures())
        except XaiError:
            return  # who computes them meets the same error, and says it
