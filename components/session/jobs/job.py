"""A computation in a thread of its own, whose progress a page can watch and which it can stop."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Generic, TypeVar

from components.session.jobs.time_left import TimeLeft
from xai_core.base.errors import Cancelled, XaiError
from xai_core.base.progress import Preview

T = TypeVar("T")


class Job(Generic[T]):
    """Runs `work(progress, cancel)` at once; `result` or `error` is there when `finished`.

    Args:
        ended: called in its thread once it is finished.

    Attributes:
        done, total: samples so far and in all; total is 0 before the first one is through.
        preview: the map that is being sampled, as far as it is; None where there is none.
        result: of the work; where that ended early, what it had settled for.

    Args:
        time_left: estimates it; None weighs every sample the same.
    """

    def __init__(
        self,
        work: Callable[[Reports[T], threading.Event], T],
        ended: Callable[[], None] = lambda: None,
        *,
        time_left: TimeLeft | None = None,
    ) -> None:
        self.done = 0
        self.total = 0
        self.preview: Preview | None = None
        self.result: T | None = None
        self.error: XaiError | None = None
        self._work, self._ended = work, ended
        self._over = threading.Event()
        self._cancel = threading.Event()
        self._left = time_left or TimeLeft()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    @property
    def finished(self) -> bool:
        """Whether it has ended."""
        return self._over.is_set()

    @property
    def stopping(self) -> bool:
        """Whether the user has asked to stop."""
        return self._cancel.is_set()

    @property
    def seconds_left(self) -> float | None:
        """As of `TimeLeft`; None before there is an estimate."""
        return self._left.seconds(time.monotonic())

    def cancel(self) -> None:
        """Stop at the next sample; returns at once."""
        self._cancel.set()

    def wait(self, seconds: float | None = None) -> None:
        """Wait for the end, for tests and scripts."""
        self._thread.join(seconds)

    def _run(self) -> None:
        try:
            self.result = self._work(Reports(self), self._cancel)
        except XaiError as error:
            self.error = error
        except Exception as error:  # the thread's border: nothing may be lost in silence
            self.error = XaiError(f"The computation failed: {type(error).__name__}: {error}.")
        finally:
            self._over.set()
        self._ended()

    def restart(self) -> None:
        """What follows is counted from 0, and has an estimate of its own."""
        self.done, self.total, self._left = 0, 0, TimeLeft()

    def advance(self, done: int, total: int) -> None:
        """Take a progress; raises `Cancelled` once the user has asked to stop."""
        if self._cancel.is_set():
            raise Cancelled
        self.done, self.total = done, total
        self._left.update(time.monotonic(), done, total)


class Reports(Generic[T]):
    """What the work tells of itself; a `Watcher`."""

    def __init__(self, job: Job[T]) -> None:
        self._job = job

    def __call__(self, done: int, total: int) -> None:
        """Take a progress; raises `Cancelled` once the user has asked to stop."""
        self._job.advance(done, total)

    def restart(self) -> None:
        """A second piece of work begins: what follows is counted from 0."""
        self._job.restart()

    def preview(self, make: Callable[[], Preview]) -> None:
        """Take the map so far."""
        self._job.preview = make()

    def settle_for(self, result: T) -> None:
        """The job's result, should the work end early from here on."""
        self._job.result = result
