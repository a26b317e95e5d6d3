"""What happens to the pictures of a worker that died: they are computed again, one by one.

Of a chunk nobody knows which picture it was. Alone, a picture that ends its worker twice is scored
without the study's metrics, where there are some. If that is not it, it is given up with the cause
until the study is started again; the rest of it goes on.
"""

from __future__ import annotations

import tempfile
from collections import Counter, deque
from contextlib import suppress
from dataclasses import replace
from itertools import count
from pathlib import Path

from xai_core.base.errors import InputError, WorkerError, XaiError
from xai_core.studies.host.exchange import Chunk, Outcome
from xai_core.studies.host.looking import sha256_of
from xai_core.studies.host.task import Task
from xai_core.studies.shards import Row
from xai_core.studies.sources import Listed

TWICE = 2
MOST = 20  # deaths in a row, without one chunk that ended well: then it is not the pictures
FIRST = 1 << 32  # numbers of chunks that are tried again


class Retries:
    """Chunks that are to be computed again.

    Attributes:
        deaths: of workers, so far.
    """

    def __init__(self, task: Task) -> None:
        self._task = task
        self._waiting: deque[Chunk] = deque()
        self._alone: Counter[Listed] = Counter()
        self._numbers = count(FIRST)
        self.deaths = self._in_a_row = 0

    def next(self) -> Chunk | None:
        """The one that has waited longest."""
        return self._waiting.popleft() if self._waiting else None

    def judged(self, outcome: Outcome) -> Outcome:
        """What of an outcome counts: a death counts for nothing, and its pictures come again.

        Raises:
            XaiError: no worker could do any better.
        """
        if outcome.failure is not None:
            raise XaiError.from_dict(outcome.failure)
        if not outcome.died:
            self._in_a_row = 0
            return outcome
        self.deaths += 1
        self._in_a_row += 1
        if self._in_a_row >= MOST:
            raise WorkerError(
                f"{MOST} workers died one after the other. {outcome.died}",
                "Check that the model runs: `pedestal check`. What is finished is kept.",
            )
        rows = self._again(outcome)
        pictures = outcome.chunk.pictures if rows else ()
        return replace(outcome, chunk=replace(outcome.chunk, pictures=pictures), rows=rows)

    def _again(self, outcome: Outcome) -> tuple[Row, ...]:
        pictures = outcome.chunk.pictures
        if len(pictures) > 1:
            self._waiting += [self._alone_again(outcome.chunk, one) for one in pictures]
            return ()
        (one,) = pictures
        self._alone[one] += 1
        unmeasured = self._alone[one] >= TWICE
        if not unmeasured or (self._task.setting.metrics and not outcome.chunk.unmeasured):
            again = self._alone_again(outcome.chunk, one)
            self._waiting.append(replace(again, unmeasured=unmeasured))
            return ()
        return (self._given_up(one, outcome.died),)

    def _alone_again(self, chunk: Chunk, one: Listed) -> Chunk:
        return replace(chunk, number=next(self._numbers), pictures=(one,))

    def _given_up(self, listed: Listed, cause: str) -> Row:
        sha256 = ""
        with suppress(InputError, OSError), tempfile.TemporaryDirectory() as folder:
            sha256 = sha256_of(self._task.source.local(listed, Path(folder)))
        return Row.lost(sha256, listed.name, f"It ended its worker twice. {cause}", listed.label)
