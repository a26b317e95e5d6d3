"""A started process in waiting: importing torch takes longer than opening most models."""

from __future__ import annotations

import threading

from xai_core.worker.host import Worker

PAUSE_SECONDS = 5.0  # what a model is asked first after it was opened goes before the next spare


class Spare:
    """At most one worker without a model. Safe to use from any thread."""

    def __init__(self, pause: float = PAUSE_SECONDS) -> None:
        self._pause = pause
        self._lock = threading.Lock()
        self._worker: Worker | None = None
        self._timer: threading.Timer | None = None
        self._closed = False

    def prepare(self) -> None:
        """Have a worker wait from now on; returns at once."""
        with self._lock:
            if self._closed or self._worker is not None:
                return
            self._timer = None
            self._worker = Worker()

    def take(self) -> Worker:
        """The worker in waiting, or a new one; the next one is started a little later."""
        with self._lock:
            worker, self._worker = self._worker, None
            if worker is not None and not self._closed:
                self._timer = threading.Timer(self._pause, self.prepare)
                self._timer.daemon = True
                self._timer.start()
        if worker is not None and worker.alive:
            return worker
        return Worker()

    def close(self) -> None:
        """End the worker in waiting, for good."""
        with self._lock:
            self._closed = True
            worker, self._worker = self._worker, None
            if self._timer is not None:
                self._timer.cancel()
        if worker is not None:
            worker.close()
