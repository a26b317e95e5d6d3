"""Many users, few workers: each worker serves one caller at a time, and none is idle for long.

Knows nothing of models: `start` makes the worker of a key, `stop` ends it. A worker that was closed
to make room, or because nobody used it, is started again at the next request for its key.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Collection, Hashable, Iterator
from contextlib import contextmanager, suppress
from typing import Generic, TypeVar

from xai_core.base.errors import Cancelled, WorkerError
from xai_core.worker.serving.queue import Place, Places, Ticket

K = TypeVar("K", bound=Hashable)
W = TypeVar("W")
Waiting = Callable[[int], None]
"""Called while a request waits: how many go before it, the one in progress included."""

STEP = 0.25  # seconds between two calls of `waiting`


class Pool(Generic[K, W]):
    """At most `size` workers; `Places` says who gets which.

    Args:
        start: makes the worker of a key; its error is the caller's, and leaves the room free. Gets
            the caller's `cancel`.
        idle: seconds after which an unused worker is closed. orphaned: the same, for one whose
            users have all left. linger: as `Places` says.
        once: keys whose worker serves one caller and is ended: the next one gets another.
    """

    def __init__(
        self,
        size: int,
        start: Callable[[K, threading.Event | None], W],
        stop: Callable[[W], None],
        *,
        idle: float = 600.0,
        orphaned: float = 15.0,
        linger: float = 0.0,
        once: Collection[K] = (),
    ) -> None:
        self._once = frozenset(once)
        self._start = start
        self._stop = stop
        self._changed = threading.Condition()
        self._places: Places[K, W] = Places(size, idle, orphaned, linger)
        self._sweeper: threading.Thread | None = None
        self._closed = False

    @property
    def size(self) -> int:
        """How many workers there can be."""
        return self._places.size

    @property
    def keys(self) -> tuple[K, ...]:
        """Of the workers that there are."""
        with self._changed:
            return tuple(self._places.by_key)

    @property
    def awaited(self) -> bool:
        """Whether a request waits."""
        with self._changed:
            return self._places.awaited

    @contextmanager
    def borrow(
        self,
        key: K,
        *,
        user: object = None,
        waiting: Waiting | None = None,
        cancel: threading.Event | None = None,
        patient: bool = False,
        start: Callable[[K, threading.Event | None], W] | None = None,
    ) -> Iterator[W]:
        """The worker of `key`, for this caller alone while the block runs.

        Never borrow inside the block: two callers could wait for each other.

        Args:
            user: who uses it, until `leave`.
            waiting: called in this thread while the request waits; it may raise to give up.
            patient: as `Ticket` says.
            start: makes the worker where there is none, in place of the pool's own.

        Raises:
            Cancelled: `cancel` was set. WorkerError: the pool is closed. And what `start` raises.
        """
        place = self._wait(Ticket(key, user, patient=patient), waiting, cancel)
        try:
            yield self._worker_in(place, key, cancel, start or self._start)
        finally:
            self._give_back(key, place)

    def leave(self, user: object) -> None:
        """`user` will not come back soon; workers that nobody else uses are closed early."""
        with self._changed:
            self._places.leave(user, time.monotonic())
            self._changed.notify_all()

    def discard(self, key: K) -> None:
        """Close the worker of `key`, once it is idle."""
        with self._changed:
            place = self._places.by_key.get(key)
            if place is None:
                return
            place.unwanted = True
            if place.busy:
                return
            self._places.give_back(key, place, time.monotonic())
            self._changed.notify_all()
        self._end(place)

    def close(self) -> None:
        """End all workers, also those in use, and let nobody borrow again."""
        with self._changed:
            self._closed = True
            places = list(self._places.by_key.values())
            self._places.by_key.clear()
            self._changed.notify_all()
        for place in places:
            place.unwanted = True
            self._end(place)

    def _wait(
        self,
        ticket: Ticket[K, W],
        waiting: Waiting | None,
        cancel: threading.Event | None,
    ) -> Place[W]:
        with self._changed:
            self._places.enqueue(ticket, time.monotonic())
        try:
            while ticket.place is None:
                if cancel is not None and cancel.is_set():
                    raise Cancelled
                self._check_open()
                with self._changed:
                    before = self._places.before(ticket)
                if before and waiting is not None:
                    waiting(before)
                with self._changed:
                    if ticket.place is None:
                        self._changed.wait(STEP)
                        self._places.serve(time.monotonic())  # who lingered may have room now
            return ticket.place
        except BaseException:  # also what `waiting` raises: Streamlit stops a script that way
            self._withdraw(ticket)
            raise

    def _withdraw(self, ticket: Ticket[K, W]) -> None:
        with self._changed:
            self._places.withdraw(ticket)
            self._changed.notify_all()
        if ticket.place is not None:
            self._give_back(ticket.key, ticket.place)

    def _worker_in(
        self,
        place: Place[W],
        key: K,
        cancel: threading.Event | None,
        start: Callable[[K, threading.Event | None], W],
    ) -> W:
        self._check_open()
        if place.worker is None:
            closing, place.closing = place.closing, None
            if closing is not None:
                self._stopped(closing)
            place.worker = start(key, cancel)
        return place.worker

    def _give_back(self, key: K, place: Place[W]) -> None:
        with self._changed:
            place.unwanted |= key in self._once
            stays = self._places.give_back(key, place, time.monotonic())
            self._changed.notify_all()
            swept = self._sweeper is not None and self._sweeper.is_alive()
            if not swept and self._places.by_key:
                self._sweeper = threading.Thread(target=self._sweep, name="pool", daemon=True)
                self._sweeper.start()
        if not stays:
            self._end(place)

    def _sweep(self) -> None:
        while True:
            with self._changed:
                late = self._places.take_late(time.monotonic())
                wait = self._places.next_late(time.monotonic())
                if not late and wait is None:
                    self._sweeper = None
                    return
                self._changed.notify_all()
                if not late:
                    self._changed.wait(wait)
            for place in late:
                self._end(place)

    def _end(self, place: Place[W]) -> None:
        for worker in (place.closing, place.worker):
            if worker is not None:
                self._stopped(worker)
        place.closing = place.worker = None

    def _stopped(self, worker: W) -> None:
        # Whose error it is has no part in who waits here; the next worker must get its turn.
        with suppress(Exception):
            self._stop(worker)

    def _check_open(self) -> None:
        if self._closed:
            raise WorkerError("The workers are closed.", "Reload the page.", code="closed")
