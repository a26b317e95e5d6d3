"""What a worker process sends, read in a thread of its own until it ends or sends nonsense."""

from __future__ import annotations

import contextlib
import queue
import signal
import subprocess
import threading
from typing import BinaryIO

from xai_core.base.errors import WorkerError
from xai_core.worker.process.launch import Started, stop
from xai_core.worker.wire.gate import Gate
from xai_core.worker.wire.protocol import Frame, read_frame

DYING_SECONDS = 0.3  # that a process may take to end after a message that makes no sense
REAPED_SECONDS = 5.0  # until the end of a process is told: a fork server may be importing just then
STOPPED = -getattr(signal, "SIGKILL", -1)  # what `stop` leaves; on Windows 1

Message = Frame | WorkerError | None  # None: the stream ended


def read_messages(
    popen: Started,
    gate: Gate,
    inbox: queue.Queue[Message],
    over: threading.Event,
    judged: threading.Event,
) -> None:
    """Put what comes through the gate into the inbox, until `over` is set or nothing more comes.

    Args:
        judged: is set before a process is ended that lied; why follows in the inbox.
    """
    stream: BinaryIO = popen.stdout  # type: ignore[assignment] # it was given a pipe
    with stream:
        while not over.is_set():
            message = _next(stream, gate)
            if isinstance(message, WorkerError) and not message.facts.get("cut"):
                judged.set()
                message = _ended(popen, message)
            while not over.is_set():
                with contextlib.suppress(queue.Full):
                    inbox.put(message, timeout=0.2)
                    break
            if not isinstance(message, Frame):
                return


def _ended(popen: Started, told: WorkerError) -> Message:
    """End a process that lied, also between two calls, where nobody looks.

    None where it ends by itself: what it said last was part of that. On a busy machine the word of
    its end comes late, so its status is looked at, too.
    """
    with contextlib.suppress(subprocess.TimeoutExpired):
        popen.wait(DYING_SECONDS)
        return None
    stop(popen)
    with contextlib.suppress(subprocess.TimeoutExpired):
        if popen.wait(REAPED_SECONDS) != STOPPED:
            return None
    return told


def _next(stream: BinaryIO, gate: Gate) -> Message:
    try:
        return read_frame(stream, gate)
    except WorkerError as error:
        return error
    except OSError:
        return None
