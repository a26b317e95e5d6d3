"""One computation of a session: what runs, and how the last one ended."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from components.session.jobs.job import Job, Reports
from components.session.jobs.queue import QueuePosition
from components.session.jobs.time_left import TimeLeft
from components.session.visitor import visit
from xai_core.base.errors import Cancelled

T = TypeVar("T")


@dataclass(kw_only=True)
class JobState(Generic[T]):
    """What a button starts, and a person watches and cancels.

    Attributes:
        job: what is being computed. turn: how many go before it.
        failure: why the last one gave nothing. stopped: it was cancelled.
    """

    job: Job[T] | None = None
    turn: QueuePosition = field(default_factory=QueuePosition)
    failure: str | None = None
    stopped: bool = False

    def clear(self) -> None:
        """Tell nothing of the last one any more."""
        self.failure, self.stopped, self.turn = None, False, QueuePosition()

    def begin(
        self,
        name: str,
        work: Callable[[Reports[T], threading.Event], T],
        time_left: TimeLeft | None = None,
    ) -> None:
        """Do `work` in a thread, also while nobody looks; see `Visit`. name: of it in the visit."""
        here = visit.current()
        self.job = job = Job(work, here.changed, time_left=time_left)
        here.works(lambda: not job.finished)
        here.at_end(name, job.cancel)

    def settle(self, job: Job[T]) -> T | None:
        """Note how a job ended, once, and give its result; None where there is none.

        One that ended early may have settled for a part of it.
        """
        if self.job is not job:  # another tick was faster
            return None
        self.job = None
        self.stopped = isinstance(job.error, Cancelled)
        if job.error is not None and not self.stopped:
            self.failure = str(job.error)
        return job.result
