"""The start of a worker process, until it can serve."""

from __future__ import annotations

import threading
import time

from xai_core.base.errors import Cancelled, WorkerError
from xai_core.cage.protection import Protection
from xai_core.worker.process.process import Process
from xai_core.worker.wire.codec import decode
from xai_core.worker.wire.protocol import Frame

START_LIMIT = 120.0  # seconds: importing torch on a busy machine


def await_start(process: Process, cancel: threading.Event | None = None) -> Protection:
    """Wait until a new process can serve; its cage.

    The process has seen no model by then, so that what it says of its cage can be believed.

    Raises:
        WorkerError: it cannot. Cancelled: as asked.
    """
    deadline = time.monotonic() + START_LIMIT
    while True:
        if cancel is not None and cancel.is_set():
            raise Cancelled
        try:
            frame = process.receive(0.1)
        except WorkerError as error:
            raise _no_start(error.message, error.facts.get("log", [])) from error
        if frame is not None and frame.header.get("kind") == "ready":
            return _cage_of(process, frame)
        if frame is not None or time.monotonic() > deadline:
            process.kill()
            raise _no_start(f"It did not report within {START_LIMIT:.0f} seconds.", [])


def _cage_of(process: Process, frame: Frame) -> Protection:
    try:
        return decode(Protection, frame.header.get("protection"))
    except WorkerError:
        process.kill()
        raise


def _no_start(why: str, log: list[str]) -> WorkerError:
    return WorkerError(
        f"A worker process could not start. {why}",
        "Check the installation with `make test`, and that enough memory is free.",
        code="start-failed",
        log=log,
    )
