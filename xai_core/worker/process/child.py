"""The worker process: reads requests in a thread, serves them one after the other.

It is in its cage already: `bootstrap.py` closes that before this module is imported.
"""

from __future__ import annotations

import os
import queue
import threading
import traceback
from collections.abc import Callable
from typing import Any, BinaryIO

import numpy as np

from xai_core.base.errors import Cancelled, WorkerError, XaiError
from xai_core.base.progress import Preview
from xai_core.cage.protection import Protection
from xai_core.worker.operations.base import OPERATIONS, Session, register_all, warm
from xai_core.worker.process.out_of_memory import out_of_memory
from xai_core.worker.wire.codec import encode, error_to
from xai_core.worker.wire.pictures import without_pictures
from xai_core.worker.wire.protocol import Array, Frame, read_frame, write_frame
from xai_core.worker.wire.throttle import ProgressThrottle, Throttle

PREVIEW_SECONDS = 0.5


class Inbox:
    """Requests in the order of arrival; a cancel or a wish to warm up overtakes them."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._calls: queue.SimpleQueue[Frame] = queue.SimpleQueue()
        self._to_warm: queue.SimpleQueue[str] = queue.SimpleQueue()
        self._cancelled: object = None
        threading.Thread(target=self._listen, name="inbox", daemon=True).start()

    def next(self) -> Frame:
        """The next request. While there is none, warms up what was wished for."""
        while True:
            try:
                return self._calls.get(timeout=0.5 if self._to_warm.empty() else 0.01)
            except queue.Empty:
                if not self._to_warm.empty():
                    warm(self._to_warm.get())

    def cancelled(self, number: object) -> bool:
        """Whether the request of that number is to be stopped."""
        return self._cancelled == number

    def _listen(self) -> None:
        try:
            while (frame := read_frame(self._stream)) is not None:
                self._sort(frame)
        finally:
            os._exit(0)  # the host is gone or has closed; nobody waits for what runs here

    def _sort(self, frame: Frame) -> None:
        if frame.header.get("op") == "cancel":
            self._cancelled = frame.header.get("id")
        elif frame.header.get("op") == "warm":
            for name in frame.header["params"]:
                self._to_warm.put(name)
        else:
            self._calls.put(frame)


class Ticker:
    """The progress of one request: tells the host now and then, and stops where it asks to."""

    def __init__(self, number: object, inbox: Inbox, writer: BinaryIO) -> None:
        self._number = number
        self._inbox = inbox
        self._writer = writer
        self._throttle = ProgressThrottle()
        self._seldom = Throttle(PREVIEW_SECONDS)

    def __call__(self, done: int, total: int) -> None:
        """Raises `Cancelled` where the host asks to stop."""
        if self._inbox.cancelled(self._number):
            raise Cancelled
        if self._throttle(done, total):
            counts = {"done": min(int(done), int(total)), "total": int(total)}
            write_frame(self._writer, Frame({"id": self._number, "kind": "progress", **counts}))

    def preview(self, make: Callable[[], Preview]) -> None:
        """Sends a map that is still being sampled, now and then."""
        if not self._seldom():
            return
        found = make()
        if np.isfinite(found.values).all():
            header = {"id": self._number, "kind": "preview", "error": found.error}
            write_frame(self._writer, Frame(header, (found.values,)))


def main(reader: BinaryIO, writer: BinaryIO, protection: Protection) -> None:
    """Serve until the host goes away."""
    inbox = Inbox(reader)
    prepare()
    write_frame(writer, Frame({"kind": "ready", "protection": encode(protection, [])}))
    session = Session(guarded=protection.complete)
    while True:
        frame = inbox.next()
        number = frame.header["id"]
        answer = _answer(session, frame, Ticker(number, inbox, writer))
        try:
            write_frame(writer, answer)
        except WorkerError as too_large:
            write_frame(writer, _failure(number, too_large))


def prepare() -> None:
    """Import what every worker needs: it takes seconds, which the host spends on other things."""
    register_all()
    import torch  # noqa: F401

    _prepare_to_open()


def _prepare_to_open() -> None:
    """What opening a model reads first: every format, and the index of architectures."""
    from xai_core.models.formats.base import FORMATS
    from xai_core.models.weights.index.storage import read_index

    list(FORMATS)
    read_index().pairs_of  # noqa: B018 - it is kept


def _answer(session: Session, frame: Frame, ticker: Ticker) -> Frame:
    number = frame.header["id"]
    arrays: list[Array] = []
    try:
        operation = OPERATIONS[frame.header["op"]]
        params, given = without_pictures(frame.header["params"], frame.arrays)
        data: Any = encode(operation(session, params, given, ticker), arrays)
    except XaiError as error:
        return _failure(number, out_of_memory(error) or error)
    except BaseException as error:  # also SystemExit: a model must not end the process politely
        traceback.print_exc()
        if (short := out_of_memory(error)) is not None:
            return _failure(number, short)
        message = f"The model's process failed with {type(error).__name__}: {error}"[:2000]
        hint = "The log of the process has the details."
        return _failure(number, WorkerError(message, hint, code="crashed"))
    return Frame({"id": number, "kind": "result", "data": data}, tuple(arrays))


def _failure(number: object, error: XaiError) -> Frame:
    return Frame({"id": number, "kind": "error", "error": error_to(error)})
