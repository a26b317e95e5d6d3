"""One request to a worker process and its answer: progress, cancelling, time limit."""

from __future__ import annotations

import contextlib
import itertools
import math
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NoReturn

import numpy as np

from xai_core.base.errors import Cancelled, WorkerError, XaiError
from xai_core.base.progress import Preview, Progress, Watcher
from xai_core.worker.process.process import Process
from xai_core.worker.wire.answer import PLAIN, Answer
from xai_core.worker.wire.codec import encode, error_from
from xai_core.worker.wire.gate import Expected
from xai_core.worker.wire.protocol import Array, Frame, lie
from xai_core.worker.wire.throttle import ProgressThrottle, Throttle

CANCEL_LIMIT = 5.0
PREVIEW_SECONDS = 0.2  # at least so long between two that are passed on
MOST = 2**53  # samples: more no number with a fraction counts exactly
AGAIN = "The model is opened again at the next call."

_numbers = itertools.count(1)


class Call:
    """One request on its way.

    Args:
        limit: seconds until the process is killed. silence: seconds without a sign of progress.
        progress: called here, in the caller's thread. cancel: set from any thread to stop.
        preview: the shape of maps that may come while they are sampled; None: none may.
        answer: what may come in the end.
    """

    def __init__(
        self,
        process: Process,
        limit: float,
        progress: Progress | None = None,
        cancel: threading.Event | None = None,
        preview: tuple[int, ...] | None = None,
        silence: float = math.inf,
        answer: Answer = PLAIN,
    ) -> None:
        self._process = process
        self._declared = answer
        self._silence = silence
        self._limit = limit
        self._progress = progress
        self._cancel = cancel
        self._number = next(_numbers)
        self._preview = preview
        self._throttle, self._seldom = ProgressThrottle(), Throttle(PREVIEW_SECONDS)

    def run(self, operation: str, params: Mapping[str, Any], arrays: Sequence[Array] = ()) -> Frame:
        """The answer.

        Raises:
            Cancelled: as asked. WorkerError: the process died, lied or took too long.
            XaiError: the operation failed, as its own kind of error.
        """
        deadline = time.monotonic() + self._limit
        header = {"id": self._number, "op": operation, "params": encode(params, [])}
        try:
            expected = Expected(self._number, self._declared, self._preview)
            self._process.send(Frame(header, tuple(arrays), expected), self._limit)
        except OSError as cause:
            death = self._process.death()
            raise (death if time.monotonic() < deadline else _too_slow(self._limit)) from cause
        try:
            return self._answer(deadline)
        except KeyboardInterrupt:
            self._process.kill()
            raise

    def _answer(self, deadline: float) -> Frame:
        heard = time.monotonic()
        while True:
            if self._cancel is not None and self._cancel.is_set():
                self._stop()
            end = min(deadline, heard + self._silence)
            left = end - time.monotonic()
            if left <= 0:
                self._process.kill()
                raise _too_slow(self._limit if end == deadline else self._silence)
            frame = self._next(min(left, 0.25 if self._cancel is None else 0.05))
            if frame is None:
                continue
            heard = time.monotonic()
            if frame.header["kind"] == "result":
                return frame
            if frame.header["kind"] == "preview":
                self._show(frame)
            else:
                self._tell(frame.header)

    def _next(self, timeout: float) -> Frame | None:
        """The next frame, of this call; raises the error that it carries."""
        frame = self._process.receive(timeout)
        if frame is None:
            return None
        if frame.header.get("id") != self._number:
            self._distrust("an answer to another call")
        kind = frame.header.get("kind")
        if kind == "error":
            try:
                error = error_from(frame.header.get("error"))
            except WorkerError:
                self._process.kill()
                raise
            raise error
        if kind not in ("result", "progress", "preview"):
            self._distrust("an answer of an unknown kind")
        return frame

    def _tell(self, header: Mapping[str, Any]) -> None:
        done, total = header.get("done"), header.get("total")
        if type(done) is not int or type(total) is not int or not 0 <= done <= total <= MOST:
            self._distrust("a progress that is not one")
        if self._progress is not None and self._throttle(done, total):
            with self._leaving():
                self._progress(done, total)

    def _show(self, frame: Frame) -> None:
        error = frame.header.get("error")
        told = error is None or (type(error) in (int, float) and 0 <= error < math.inf)
        shapes = [one.shape for one in frame.arrays if one.dtype == np.float32]
        fits = self._preview is not None and shapes == [self._preview] and len(frame.arrays) == 1
        if not (told and fits and np.isfinite(frame.arrays[0]).all()):
            self._distrust("a preview that is not one")
        if isinstance(self._progress, Watcher) and self._seldom():
            with self._leaving():
                self._progress.preview(lambda: Preview(frame.arrays[0], error))

    @contextlib.contextmanager
    def _leaving(self) -> Iterator[None]:
        """Stop the work where the caller's callback wants out: Streamlit does that on a rerun, and
        a cancelled job by `Cancelled`. What the process sent then would reach the next call."""
        try:
            yield
        except KeyboardInterrupt:
            raise
        except BaseException:
            with contextlib.suppress(XaiError):
                self._stop()
            raise

    def _stop(self) -> NoReturn:
        """Ask the process to stop, and kill it where it does not. Always raises."""
        deadline = time.monotonic() + CANCEL_LIMIT
        with contextlib.suppress(OSError):
            self._process.send(Frame({"id": self._number, "op": "cancel"}), CANCEL_LIMIT)
        while (left := deadline - time.monotonic()) > 0:
            frame = self._next(left)
            if frame is not None and frame.header["kind"] == "result":
                raise Cancelled
        self._process.kill()
        raise Cancelled("Cancelled: the model did not react and was stopped.", AGAIN)

    def _distrust(self, what: str) -> NoReturn:
        self._process.kill()
        raise lie(what)


def _too_slow(limit: float) -> WorkerError:
    return WorkerError(
        f"It took longer than the limit of {limit:g} seconds and was stopped.",
        f"Use fewer samples, a smaller picture or a higher limit (`--time-limit`). {AGAIN}",
        code="time-limit",
        seconds=limit,
    )
